"""Settings of the process that must be made before Rasa is imported."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from types import TracebackType
from typing import Tuple, Type

QUIET = {
    # Nothing about the bank's assistant is reported to anybody.
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "JAX_PLATFORMS": "cpu",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "MPLBACKEND": "agg",
}
# Sentences are short: a second thread spins longer than it helps.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")

ExcInfo = Tuple[Type[BaseException], BaseException, TracebackType]


class DiscreetFormatter(logging.Formatter):
    """Says where an exception came from, without its text: that may quote people."""

    def formatException(self, ei: ExcInfo) -> str:  # type: ignore[override]  # noqa: N802
        """The exception's type and the places it passed."""
        frames = traceback.extract_tb(ei[2])[-6:]
        places = " < ".join(f"{f.name} {f.filename}:{f.lineno}" for f in frames[::-1])
        return f"{ei[0].__name__} at {places}"


def prepare(*, serving: bool) -> None:
    """Make the process quiet, offline and, when serving, single-threaded in numpy."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if serving:
        for name in ONE_THREAD:
            os.environ.setdefault(name, "1")
    warnings.filterwarnings("ignore")
    # The packages of the working directory (rasa_addons) are named in configuration.
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    _configure_logs()


def _configure_logs() -> None:
    import structlog

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("rasa_addons").setLevel(logging.INFO)
    # Without this structlog prints every debug line, messages and slots included.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
