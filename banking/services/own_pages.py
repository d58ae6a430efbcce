"""Links to the pages on which a signed-in customer changes what proves them."""

from collections.abc import Mapping
from typing import Final

from banking.domain.link import LinkPurpose
from banking.ports.unit_of_work import UnitOfWork
from banking.services.kyc import Caller
from banking.services.links import Links
from banking.services.outcomes import (
    ChangeAuthenticator,
    ChangePin,
    ConfirmNeeded,
    Outcome,
)

_PAGES: Final[Mapping[type[object], tuple[LinkPurpose, str]]] = {
    ChangePin: (LinkPurpose.CHANGE_PIN, "utter_change_pin"),
    ChangeAuthenticator: (LinkPurpose.AUTHENTICATOR, "utter_change_authenticator"),
}


def own_page(
    uow: UnitOfWork,
    links: Links,
    caller: Caller,
    request: ChangePin | ChangeAuthenticator,
) -> Outcome:
    """Issue the link; the page asks for id, PIN and a code before anything else."""
    purpose, response = _PAGES[type(request)]
    with uow() as tx:
        url = links.issue(tx, purpose, caller.conversation_id, enrolment_id=caller.id)
        tx.commit()
    return ConfirmNeeded(url, response)
