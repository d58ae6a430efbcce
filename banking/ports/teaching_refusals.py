"""Why something cannot be taught: each refusal with its code."""


class TeachingRefused(Exception):
    """Something cannot be taught. ``code`` names why, ``about`` what."""

    code = "refused"

    def __init__(self, about: str = "") -> None:
        super().__init__(f"{self.code}: {about}" if about else self.code)
        self.about = about


class UnknownIntent(TeachingRefused):
    """Intents are made in domain.yml, where rules answer them, not here."""

    code = "unknown_intent"


class UnknownEntity(TeachingRefused):
    code = "unknown_entity"


class SpansUnreadable(TeachingRefused):
    """Spans that overlap, are empty, or lie outside the text."""

    code = "spans_unreadable"


class NoSuchItem(TeachingRefused):
    code = "no_such_item"


class NoSuchChange(TeachingRefused):
    code = "no_such_change"


class FilesChanged(TeachingRefused):
    """The files are not those that the trainer was shown."""

    code = "files_changed"


class FilesBusy(TeachingRefused):
    """Another trainer is writing at this moment."""

    code = "files_busy"


class DataBroken(TeachingRefused):
    """The training data cannot be read, or would no longer hold together.

    ``about`` gives file, line and reason, one problem a line.
    """

    code = "data_broken"


class NotKept(TeachingRefused):
    """What a story would be made of is no longer kept."""

    code = "not_kept"


class StoryExists(TeachingRefused):
    code = "story_exists"


class StoryGone(TeachingRefused):
    """It is in its file no more; ``about`` is who removed it, "" if not the desk."""

    code = "story_gone"


class StoryEdited(TeachingRefused):
    """The test is not as it was written, or not as it was shown."""

    code = "story_edited"
