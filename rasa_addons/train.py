"""Train the assistant: ``python -m rasa_addons.train``.

Writes the model into ``models/`` and its fingerprint into ``models/manifest.json``;
nothing else may be served. Does nothing when the data has not changed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import List, Optional

from rasa_addons.manifest import Manifest, WrongModel, digest_of, training_files
from rasa_addons.surroundings import prepare
from rasa_addons.tensorflow_left_out import components_of_config, leave_out

KEPT_MODELS = 3


def train(config: Path, domain: Path, data: Path, out: Path, force: bool) -> Manifest:
    """Return the manifest of the model for this data, training it if need be."""
    data_sha256 = digest_of(training_files(config, domain, data))
    current = _current(out)
    if current is not None and current.data_sha256 == data_sha256 and not force:
        return current
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    model = _trained(config, domain, data, out, force)
    manifest = Manifest(
        file=model.name,
        sha256=digest_of([model]),
        data_sha256=data_sha256,
        trained_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 1),
        examples=_examples(data),
    )
    manifest.write(out)
    _remove_old(out, keep=model)
    return manifest


def _trained(config: Path, domain: Path, data: Path, out: Path, force: bool) -> Path:
    import rasa.model_training

    result = rasa.model_training.train(
        domain=str(domain),
        config=str(config),
        training_files=str(data),
        output=str(out),
        force_training=force,
        fixed_model_name=f"teller-{datetime.now(timezone.utc):%Y%m%dT%H%M%S}",
    )
    if result.model is None:
        raise SystemExit("the training made no model")
    return Path(result.model)


def _current(out: Path) -> Optional[Manifest]:
    try:
        manifest = Manifest.read(out)
        manifest.checked(out)
    except WrongModel:
        return None
    return manifest


def _examples(data: Path) -> int:
    from rasa.shared.data import get_data_files, is_nlu_file
    from rasa.shared.importers.utils import training_data_from_paths

    files = get_data_files([str(data)], is_nlu_file)
    return len(training_data_from_paths(files, language="en").intent_examples)


def _remove_old(out: Path, keep: Path) -> None:
    models = sorted(out.glob("teller-*.tar.gz"))
    for model in models[:-KEPT_MODELS]:
        if model != keep:
            model.unlink()


def main(arguments: Optional[List[str]] = None) -> int:
    """Train and print the manifest as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.yml"))
    parser.add_argument("--domain", type=Path, default=Path("domain.yml"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--force", action="store_true", help="train even if unchanged")
    chosen = parser.parse_args(arguments)
    prepare(serving=False)
    leave_out(components_of_config(chosen.config))
    manifest = train(**vars(chosen))
    sys.stdout.write(json.dumps(asdict(manifest)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
