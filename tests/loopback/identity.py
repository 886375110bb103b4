"""IBM Cloud around the service: access tokens, and the list of instances with their plans."""

import base64
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from loopback.errors import unknown_key
from loopback.faults import Answer

_LIFETIME = 3600
_PRICING = {"open": "free"}


@dataclass
class Identity:
    """Who may use the service: one account with one instance.

    Attributes:
        token: The API key.
        crn: Cloud resource name of the instance.
        plan: Its plan; ``open`` costs nothing and allows no sessions.
    """

    token: str
    crn: str
    plan: str
    plan_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _granted: set[str] = field(default_factory=set)

    def grant(self, form: str) -> Answer:
        """Exchanges an API key for an access token."""
        if parse_qs(form).get("apikey") != [self.token]:
            return unknown_key()
        issued = int(time.time())
        claims = {"iat": issued, "exp": issued + _LIFETIME, "jti": str(uuid.uuid4())}
        access_token = ".".join(map(_encode, ({"alg": "HS256", "typ": "JWT"}, claims, {"signed": False})))
        self._granted.add(access_token)
        return Answer(
            200,
            {
                "access_token": access_token,
                "refresh_token": "not_supported",
                "token_type": "Bearer",
                "expires_in": _LIFETIME,
                "expiration": claims["exp"],
            },
        )

    def allows(self, authorization: str, crn: str | None = None) -> bool:
        """Whether the header of a request carries a token that was granted, and names the instance if it must."""
        kind, _, access_token = authorization.partition(" ")
        return kind == "Bearer" and access_token in self._granted and crn in (None, self.crn)

    def instances(self) -> dict[str, Any]:
        doc = {"extensions": {"virtual_private_endpoints": {}}}
        item = {
            "crn": self.crn,
            "name": "loopback",
            "service_plan_unique_id": self.plan_id,
            "doc": doc,
            "tags": [],
        }
        return {"items": [item], "limit": 100}

    def catalog_entry(self) -> dict[str, Any]:
        return {
            "id": self.plan_id,
            "overview_ui": {"en": {"display_name": self.plan.capitalize()}},
            "metadata": {"pricing": {"type": _PRICING.get(self.plan, "paygo")}},
        }


def _encode(part: dict[str, Any]) -> str:
    """Returns a part of a JSON Web Token; the client reads it and does not check the signature."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
