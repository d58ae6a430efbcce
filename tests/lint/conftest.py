from pathlib import Path

import pytest

from tests.lint.home import write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path
