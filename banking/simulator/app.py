"""The simulator as one web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from banking.simulator.carrier import carrier_routes
from banking.simulator.control import control_routes
from banking.simulator.delivery import LinesBusy
from banking.simulator.graph import graph_refusal, graph_routes
from banking.simulator.graph_errors import GraphDown, GraphError
from banking.simulator.outside import outside_routes
from banking.simulator.page import page_routes
from banking.simulator.world import World


def create_app(world: World) -> FastAPI:
    """The routes over one world; the world ends with the application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        world.sender.resume()
        yield
        world.hub.close()
        await world.sender.stop()
        await world.client.aclose()
        world.storage.close()

    app = FastAPI(
        title="Simulator", lifespan=lifespan, openapi_url=None, redirect_slashes=False
    )
    app.include_router(page_routes(world))
    app.include_router(control_routes(world))
    app.include_router(outside_routes(world))
    app.include_router(carrier_routes(world))
    # Their paths begin with a placeholder, so everything else goes first.
    app.include_router(graph_routes(world))
    for refusal in (GraphError, GraphDown):
        app.add_exception_handler(refusal, graph_refusal)
    app.add_exception_handler(LinesBusy, _busy)
    return app


def _busy(_: Request, __: Exception) -> Response:
    return JSONResponse({"detail": "too many webhooks are waiting"}, 503)
