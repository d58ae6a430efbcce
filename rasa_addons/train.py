"""Train the assistant: ``python -m rasa_addons.train``.

Writes the model into ``models/``, and beside it its manifest; which model is served is
decided elsewhere. A whole model of the same data is left as it is.

Prints one JSON object a line: ``{"stage", "done", "of"}`` as it goes, at the end
``{"model": …}``, or ``{"failed": why}`` and exit code 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Dict, List, Optional

from rasa_addons.manifest import (
    Manifest,
    WrongModel,
    digest_of,
    manifests,
    training_files,
)
from rasa_addons.progress import end_with_parent
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_config, leave_out
from rasa_addons.training_progress import (
    DATA,
    PACKING,
    STEPS,
    Lines,
    Tell,
    Timed,
    silent,
    watched,
)

LIBRARIES = ("rasa", "numpy", "scikit-learn", "spacy", "sklearn-crfsuite")
# Where a model is made before it is whole; a killed training leaves one behind.
DRAFTS = ".draft-"


class TrainingFailed(Exception):
    """No model came of it; the message names file, line and reason where it can."""


def train(
    config: Path,
    domain: Path,
    data: Path,
    out: Path,
    force: bool = False,
    by: str = "",
    tell: Tell = silent,
) -> Manifest:
    """Return the manifest of the model of this data, training it if need be.

    Raises ``TrainingFailed``; whatever was in ``out`` before is then still there.
    """
    tell(DATA, 0, STEPS)
    data_sha256 = digest_of(training_files(config, domain, data))
    last = next(manifests(out), None)
    if not force:
        for known in manifests(out):
            if known.data_sha256 == data_sha256 and _is_whole(known, out):
                return known
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    timed = Timed(tell, last.stages if last else {})
    draft = Path(tempfile.mkdtemp(prefix=DRAFTS, dir=out))
    try:
        model = _trained(config, domain, data, draft, force, timed)
        examples = _examples(data)
        timed.finish()
        manifest = Manifest(
            file=model.name,
            sha256=digest_of([model]),
            data_sha256=data_sha256,
            trained_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - started, 1),
            examples=examples,
            trained_by=by,
            versions=_versions(),
            stages=timed.seconds,
        )
        model.rename(out / model.name)
        manifest.write(out, manifest.own_name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _trained(
    config: Path, domain: Path, data: Path, out: Path, force: bool, timed: Timed
) -> Path:
    import rasa.model_training
    from rasa.shared.exceptions import RasaException

    watched(timed)
    try:
        result = rasa.model_training.train(
            domain=str(domain),
            config=str(config),
            training_files=str(data),
            output=str(out),
            force_training=force,
            fixed_model_name=f"teller-{datetime.now(timezone.utc):%Y%m%dT%H%M%S%f}",
        )
    except (RasaException, ValueError, OSError, SystemExit) as error:
        # Rasa leaves some mistakes in the data to `exit`.
        raise TrainingFailed(_reason(error)) from error
    if result.model is None:
        raise TrainingFailed("there is nothing to train on")
    timed.step(PACKING, PACKING)
    return Path(result.model)


def _reason(error: BaseException) -> str:
    """Name file, line and what is wrong there, where the error knows."""
    name = getattr(error, "filename", None)
    wrong = getattr(error, "underlying_yaml_exception", None)
    mark = getattr(wrong, "problem_mark", None)
    if name and mark is not None:
        problem = getattr(wrong, "problem", None) or type(wrong).__name__
        return f"{name}:{mark.line + 1}: {problem}"
    cause = error.__cause__
    text = str(error).strip() or type(error).__name__
    return f"{text}: {cause}" if cause is not None and str(cause) not in text else text


def _is_whole(manifest: Manifest, out: Path) -> bool:
    try:
        manifest.checked(out)
    except WrongModel:
        return False
    return True


def _examples(data: Path) -> int:
    from rasa.shared.data import get_data_files, is_nlu_file
    from rasa.shared.importers.utils import training_data_from_paths

    files = get_data_files([str(data)], is_nlu_file)
    return len(training_data_from_paths(files, language="en").intent_examples)


def _versions() -> Dict[str, str]:
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        **{name: version(name) for name in LIBRARIES},
    }


def _sweep(out: Path) -> None:
    """Remove what killed trainings have left; one runs at a time."""
    for left in out.glob(f"{DRAFTS}*"):
        shutil.rmtree(left, ignore_errors=True)


def main(arguments: Optional[List[str]] = None) -> int:
    """Train, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path.cwd(), help="LANGUAGE_HOME")
    parser.add_argument("--by", default="", help="who asked for it")
    parser.add_argument("--force", action="store_true", help="train even if unchanged")
    parser.add_argument("--with-parent", action="store_true", help="end with its stdin")
    chosen = parser.parse_args(arguments)
    # Rasa and its libraries print; what is promised goes where they cannot reach.
    lines = Lines(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    if chosen.with_parent:
        end_with_parent()
    home: Path = chosen.home.resolve()
    os.chdir(home)  # the pipeline names its files from there
    prepare(serving=False)
    try:
        leave_out(components_of_config(home / "config.yml"))
        manifest = train(
            config=Path("config.yml"),
            domain=Path("domain.yml"),
            data=Path("data"),
            out=home / "models",
            force=chosen.force,
            by=chosen.by,
            tell=lines.progress,
        )
    except (TrainingFailed, OSError) as error:
        lines.write({"failed": str(error)})
        return 1
    lines.write({"model": asdict(manifest)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
