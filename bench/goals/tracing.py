"""P8: what traces cost a read: switched off, a tenth sampled, all sampled, sent to a real collector."""

from bench.ground import Ground
from bench.pairs import alternate
from bench.results import Row, compared
from bench.webs import claims_web, file_claims
from services.claims.wiring import service as claims

CLAIMS = 100


def measure(ground: Ground) -> list[Row]:
    database, spans = ground.database(claims), ground.spans()
    webs = [
        claims_web(ground, database, OTEL_SDK_DISABLED="true"),
        claims_web(ground, database, TRACED_SHARE="0.1", ZIPKIN_URL=spans),
        claims_web(ground, database, TRACED_SHARE="1.0", ZIPKIN_URL=spans),
    ]
    read = file_claims(webs[0], CLAIMS)
    for web in webs:
        web.measured(web.reading(read), seconds=1.0)
    off, tenth, all_ = alternate(*(lambda web=web: web.measured(web.reading(read)) for web in webs))
    what = "one claim read, traces to Zipkin, "
    return [
        compared("P8", what + "a tenth sampled", tenth, off, baseline="traces off", floor=0.9, target=0.95),
        compared("P8", what + "all sampled", all_, off, baseline="traces off", floor=0.65, target=0.8),
    ]
