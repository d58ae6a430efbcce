"""Whoever is not us: the core system, the messengers, the telephone company, Rasa."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from banking.adapters.channels.whatsapp import WhatsApp
from banking.adapters.clock import SystemClock
from banking.adapters.core_banking.ledger import Ledger
from banking.adapters.credentials import derived_key
from banking.adapters.documents.pdf import PdfPress
from banking.adapters.rasa import RasaClient
from banking.adapters.sim_change import HttpSimChange
from banking.adapters.sms import HttpSmsGateway
from banking.adapters.wording import DomainWords
from banking.ports.core_banking import CoreBanking
from banking.ports.documents import DocumentPress
from banking.ports.gateway import Channel, Dialogue
from banking.ports.identity import Clock, SimChange, SmsSender
from banking.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything beyond our own tables, so that a test may bring its own."""

    clock: Clock
    core: CoreBanking
    sms: SmsSender
    sim_change: SimChange
    channels: Mapping[str, Channel]
    rasa: Dialogue
    press: DocumentPress


def reach_outside(
    settings: Settings, engine: Engine, *, words: DomainWords | None = None
) -> Outside:
    """Build the clients of every other party, as the settings name them."""
    clock = SystemClock()
    graph = WhatsApp.create(
        graph_url=settings.whatsapp_graph_url,
        version=settings.whatsapp_graph_version,
        phone_number_id=settings.whatsapp_phone_number_id,
        access_token=settings.whatsapp_access_token.get_secret_value(),
    )
    if words is not None:
        graph = replace(graph, list_label=words.text("utter_list_label"))
    return Outside(
        clock=clock,
        core=_core(settings, engine, clock),
        sms=HttpSmsGateway(settings.sms_gateway_url),
        sim_change=HttpSimChange(settings.sim_change_url),
        channels={"whatsapp": graph},
        rasa=RasaClient(
            settings.rasa_url, settings.envelope_key.get_secret_value(), clock
        ),
        press=PdfPress(settings.bank_name),
    )


def _core(settings: Settings, engine: Engine, clock: Clock) -> CoreBanking:
    match settings.core_banking:
        case "ledger":
            card_key = derived_key(settings.vault_key.get_secret_value(), "cards")
            return Ledger(engine=engine, clock=clock, card_key=card_key)
        case other:
            raise NotImplementedError(f"there is no {other} connector yet")
