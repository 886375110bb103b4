"""Which request is answered how."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from loopback import errors
from loopback.faults import Answer
from loopback.server import Request
from loopback.state import PENDING

if TYPE_CHECKING:
    from loopback.service import LoopbackService

Route = Callable[..., Answer]

_ROUTES: list[tuple[str, re.Pattern[str], Route]] = []
_LARGEST_PAGE = 200


def route(method: str, pattern: str) -> Callable[[Route], Route]:
    """Registers a function for requests with this method and path; groups of the pattern become its arguments."""

    def register(function: Route) -> Route:
        _ROUTES.append((method, re.compile(pattern), function))
        return function

    return register


def answer(service: "LoopbackService", request: Request) -> Answer:
    """Processes a request."""
    try:
        _check_authorization(service, request)
        for method, pattern, function in _ROUTES:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return function(service, request, *match.groups())
    except errors.Refusal as refusal:
        return refusal.answer
    return Answer(404, f"The stand-in does not know {request.method} {request.path}.")


def _check_authorization(service: "LoopbackService", request: Request) -> None:
    if request.path == "/identity/token":
        return
    # Requests that look for instances cannot name one.
    seeks_instance = request.path in ("/v3/resources/search", f"/{service.identity.plan_id}")
    if not service.identity.allows(request.authorization, None if seeks_instance else request.crn):
        raise errors.unauthorized()


@route("POST", "/identity/token")
def _grant_token(service: "LoopbackService", request: Request) -> Answer:
    return service.identity.grant(request.body.decode())


@route("POST", "/v3/resources/search")
def _list_instances(service: "LoopbackService", _: Request) -> Answer:
    return Answer(200, service.identity.instances())


@route("GET", "/([0-9a-f]{8}-[0-9a-f-]+)")
def _plan(service: "LoopbackService", _: Request, plan_id: str) -> Answer:
    if plan_id != service.identity.plan_id:
        return Answer(404, {"message": "Not found"})
    return Answer(200, service.identity.catalog_entry())


@route("GET", "/instances/usage")
def _usage(service: "LoopbackService", _: Request) -> Answer:
    return Answer(200, dict(service.usage))


@route("GET", "/backends")
def _list_devices(service: "LoopbackService", _: Request) -> Answer:
    return Answer(200, {"devices": [device.list_entry() for device in service.devices.values()]})


@route("GET", "/backends/([^/]+)/(configuration|properties|status)")
def _device(service: "LoopbackService", _: Request, name: str, part: str) -> Answer:
    device = service.device(name)
    if part == "configuration":
        return Answer(200, device.configuration)
    return Answer(200, device.properties if part == "properties" else device.status())


@route("POST", "/jobs")
def _submit(service: "LoopbackService", request: Request) -> Answer:
    body = request.json()
    job = service.create_job(
        body["program_id"],
        body["backend"],
        body["params"],
        tags=body.get("tags", []),
        session_id=body.get("session_id"),
        private=body.get("private", False),
        max_seconds=body.get("cost"),
    )
    return Answer(200, {"id": job.id, "backend": job.backend, "session_id": job.session_id, "private": job.private})


@route("GET", "/jobs")
def _list_jobs(service: "LoopbackService", request: Request) -> Answer:
    found = [job for job in service.jobs if job.matches(request.query)]
    if request.query.get("sort", ["DESC"])[-1] != "ASC":
        found.reverse()
    limit = int(request.query.get("limit", ["20"])[-1])
    offset = int(request.query.get("offset", ["0"])[-1])
    page = found[offset : offset + min(limit, service.page_size, _LARGEST_PAGE)]
    jobs = [job.describe() for job in page]
    return Answer(200, {"jobs": jobs, "count": len(found), "limit": limit, "offset": offset})


@route("GET", "/jobs/([^/]+)")
def _describe_job(service: "LoopbackService", request: Request, job_id: str) -> Answer:
    job = service.job(job_id)
    if service.auto_complete and job.status == "Queued":
        service.complete(job)
    return Answer(200, job.describe(exclude_params=request.query.get("exclude_params") == ["true"]))


@route("GET", "/jobs/([^/]+)/results")
def _results(service: "LoopbackService", _: Request, job_id: str) -> Answer:
    job = service.job(job_id)
    if job.results_gone == "empty":
        return Answer(204)
    if job.results_gone:
        raise errors.job_not_found(job_id)
    if job.result_override is not None:
        return Answer(200, job.result_override)
    # A job that failed has its error in place of results; the client asks for it whenever it sees such a job.
    return Answer(200, job.results or job.reason or "")


@route("GET", "/jobs/([^/]+)/metrics")
def _metrics(service: "LoopbackService", _: Request, job_id: str) -> Answer:
    return Answer(200, service.job(job_id).metrics())


@route("GET", "/jobs/([^/]+)/logs")
def _logs(service: "LoopbackService", _: Request, job_id: str) -> Answer:
    service.job(job_id)
    return Answer(200, "")


@route("PUT", "/jobs/([^/]+)/tags")
def _change_tags(service: "LoopbackService", request: Request, job_id: str) -> Answer:
    service.job(job_id).tags = request.json()["tags"]
    return Answer(204)


@route("POST", "/jobs/([^/]+)/cancel")
def _cancel(service: "LoopbackService", _: Request, job_id: str) -> Answer:
    job = service.job(job_id)
    if job.status not in PENDING:
        raise errors.job_is_final(job_id)
    job.status = "Cancelled"
    return Answer(204)


@route("POST", "/sessions")
def _open_batch(service: "LoopbackService", request: Request) -> Answer:
    body = request.json()
    if body["mode"] == "dedicated" and service.identity.plan == "open":
        raise errors.session_on_open_plan()
    return Answer(200, service.open_batch(body["mode"], body["backend"], body.get("max_ttl")).describe())


@route("GET", "/sessions/([^/]+)")
def _describe_batch(service: "LoopbackService", _: Request, batch_id: str) -> Answer:
    return Answer(200, service.batch(batch_id).describe())


@route("PATCH", "/sessions/([^/]+)")
def _close_batch(service: "LoopbackService", request: Request, batch_id: str) -> Answer:
    service.batch(batch_id).open = request.json()["accepting_jobs"]
    return Answer(204)


@route("DELETE", "/sessions/([^/]+)/close")
def _cancel_batch(service: "LoopbackService", _: Request, batch_id: str) -> Answer:
    service.batch(batch_id).open = False
    for job in service.jobs:
        if job.session_id == batch_id and job.status in PENDING:
            job.status = "Cancelled"
    return Answer(204)
