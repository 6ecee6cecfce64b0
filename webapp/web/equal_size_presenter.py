"""What is said of the size of the files: what it is, and what one size for all would cost."""

from dataclasses import dataclass

from webapp.services.runtime import Runtime

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class EqualSizeView:
    """`partials/_equal_size.html`; sizes in megabytes, rounded up."""

    is_on: bool
    missing_mb: int
    free_mb: int

    @property
    def has_room(self) -> bool:
        """Whether the disk can take it."""
        return self.missing_mb <= self.free_mb


def present_equal_size(runtime: Runtime) -> EqualSizeView:
    missing, free = runtime.room_for_equal_size()
    return EqualSizeView(runtime.keeps_equal_size, -(-missing // MEGABYTE), free // MEGABYTE)
