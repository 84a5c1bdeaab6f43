"""Automations."""

from datetime import datetime

from pydantic import Field

from core.accounts import model
from lambdas.api.schemas.shape import CURSOR, Schema

_LONGEST_NAME = 50


class AutomationRequest(Schema):
    """By what the guardian will know it."""

    name: str = Field(min_length=1, max_length=_LONGEST_NAME, repr=False)


class Automation(Schema):
    """A program that reads what the guardian may see."""

    id: str = Field(description="Opaque id")
    name: str = Field(repr=False)
    since: datetime = Field(description="It ends by itself a year later")

    @classmethod
    def of(cls, automation: model.Automation) -> "Automation":
        """Return what is shown of an automation."""
        return cls(id=automation.automation_id, name=automation.name, since=automation.since)


class NewAutomation(Automation):
    """An automation that was just made."""

    token: str = Field(repr=False, description="Shown this once: for the Authorization header of GETs of watches")


class AutomationPage(Schema):
    """Some of the account's automations."""

    items: list[Automation]
    next: str | None = Field(description=CURSOR)
