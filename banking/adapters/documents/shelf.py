"""Finished documents, read by whoever sends them."""

from dataclasses import dataclass

from banking.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DocumentShelf:
    """Reads documents in units of work of its own."""

    uow: UnitOfWork

    def read(self, document_id: str) -> bytes | None:
        """Return the encrypted PDF; None when it is gone."""
        with self.uow() as tx:
            document = tx.documents.get(document_id)
        return document.content if document else None
