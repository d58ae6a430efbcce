"""A compiled check of what the action server answers.

Rasa compiles its JSON schema anew for every custom action, which takes most of a turn's
time. This compiles the same schema once per process. ``RASA_STOCK_VALIDATION=1`` keeps
Rasa's own check, to compare the two.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict

import fastjsonschema
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

OFF_SWITCH = "RASA_STOCK_VALIDATION"

Validator = Callable[[Any], Any]


def compiled() -> Validator:
    """Rasa's own schema for action results as one function."""
    validator: Validator = fastjsonschema.compile(
        RemoteAction.action_response_format_spec()
    )
    return validator


def install() -> bool:
    """Put the compiled check in the place of Rasa's; return whether it was done."""
    if os.environ.get(OFF_SWITCH) == "1":
        return False
    validate = compiled()

    def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
        try:
            validate(result)
        except fastjsonschema.JsonSchemaException as error:
            # The type that Rasa raises, without the values of the result.
            raise ValidationError(
                f"{getattr(error, 'name', 'data')} does not match the schema of "
                f"action results"
            ) from None
        return True

    RemoteAction._validate_action_result = _validate_action_result  # type: ignore
    return True
