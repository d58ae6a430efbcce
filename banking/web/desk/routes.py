"""The desk's table of doors, whole."""

from banking.web.desk import annotating, changes, inbox, joining, models, stories
from banking.web.desk.doors import Door, router_of

DOORS: tuple[Door, ...] = (
    *joining.DOORS,
    *inbox.DOORS,
    *annotating.DOORS,
    *stories.DOORS,
    *changes.DOORS,
    *models.DOORS,
)
router = router_of(DOORS)
