"""One connection: what is wrong with a request before any route has seen it is answered like everything else."""

import secrets

import structlog
from aiohttp import web

from service_kit.http.application import SECURITY_HEADERS
from service_kit.http.problems import KIT_PROBLEMS, InternalError, UnreadableRequest, problem_response

log = structlog.get_logger()


class HttpProtocol(web.RequestHandler):
    """aiohttp's connection, but for the words of its errors: they quote the request."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer with a problem and close the connection; raise ConnectionError when the answer has begun."""
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun: nothing can be added to it")
        if status == 500:
            log.error("request_failed", exc_info=exc)
        else:
            log.info("request_unreadable", reason=type(exc).__name__)
        problem = InternalError() if status == 500 else UnreadableRequest()
        request_id = secrets.token_hex(16)
        response = problem_response(problem, KIT_PROBLEMS[type(problem)], request_id=request_id)
        response.headers.update({"X-Request-Id": request_id, "Server": "", **SECURITY_HEADERS})
        response.force_close()
        return response
