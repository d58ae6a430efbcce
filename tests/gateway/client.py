"""A caller of applications that needs no socket."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class Client:
    """Calls an application without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self.runner = asyncio.Runner()
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://bank"
        )

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        return self.runner.run(self.http.request(method, path, **content))

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self.request("POST", path, **content)

    def at_once(self, times: int, path: str, **content: Any) -> list[httpx.Response]:
        async def all_of_them() -> list[httpx.Response]:
            posts = (self.http.post(path, **content) for _ in range(times))
            return await asyncio.gather(*posts)

        return self.runner.run(all_of_them())

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.close()
