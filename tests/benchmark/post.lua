-- Part of scripts/bench: the request that wrk sends.
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer benchmark"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Content-Length"] = "0"
