"""Every scenario, by the chapter it stands in."""

from scenarios import closing, handshake, lookalikes, middleboxes, vanishing, web  # noqa: F401
