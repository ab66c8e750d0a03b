# The guard as a container: the steps of `make setup` with the versions of requirements.lock alone, then a second stage
# without what only building needs. Debian and not Alpine: mitmproxy and RE2 have no wheels for musl.
#
#   docker build --tag prompt-guard .
#   docker run --publish 8080:8080 --stop-timeout 15 \
#     --volume guard-state:/var/lib/prompt-guard --volume guard-logs:/var/log/prompt-guard prompt-guard
#
# To build from the very same base each time, pin its digest in both stages: python:3.13-slim-bookworm@sha256:…
# (`docker buildx imagetools inspect python:3.13-slim-bookworm` prints it); a digest gets no security updates by itself.

FROM python:3.13-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml requirements.in README.md ./
COPY guard ./guard
COPY addons ./addons
RUN .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q guard addons \
    && .venv/bin/python -m pip uninstall --quiet --yes pip
COPY rules ./rules
COPY logs/questions ./logs/questions
COPY logs/sigma ./logs/sigma

FROM python:3.13-slim-bookworm
# tesseract reads pictures; without it every picture is refused
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends tesseract-ocr tesseract-ocr-fra \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/prompt-guard --shell /usr/sbin/nologin guard \
    && install -d -o guard -g guard -m 0700 /var/lib/prompt-guard \
    && install -d -o guard -g guard -m 0750 /var/log/prompt-guard
# Root owns the code and the rules: the guard can read them and change nothing.
COPY --from=build /app /app
WORKDIR /app
ENV GUARD_HOST=0.0.0.0 \
    GUARD_PORT=8080 \
    GUARD_STATE_DIR=/var/lib/prompt-guard \
    GUARD_LOG_DIR=/var/log/prompt-guard \
    PYTHONDONTWRITEBYTECODE=1
VOLUME ["/var/lib/prompt-guard", "/var/log/prompt-guard"]
EXPOSE 8080
USER 10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["/app/.venv/bin/python", "-c", "import os, socket; socket.create_connection(('127.0.0.1', int(os.environ['GUARD_PORT'])), 3).close()"]
ENTRYPOINT ["/app/.venv/bin/guard"]
CMD ["serve"]
