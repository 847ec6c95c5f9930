"""The review page over HTTP: the only place that knows FastAPI, Starlette and uvicorn."""
