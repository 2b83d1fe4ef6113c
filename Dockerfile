# Build: the pinned packages, each checked against its hash, into a folder of their own.
FROM python:3.11-slim AS build

RUN python -m venv --without-pip /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN python -m pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes -r /tmp/requirements.txt

# Run: those packages and the code, nothing to install with, as nobody in particular.
FROM python:3.11-slim

RUN python -m pip uninstall --yes setuptools wheel pip \
    && useradd --uid 10001 --create-home odds \
    && install --directory --owner=odds --group=odds --mode=700 /app/var
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
# No process can write here later, least of all to keep what it compiled.
RUN python -m compileall -q /app

USER odds
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT') or 8000}/health/\", timeout=4)"]
CMD ["python", "manage.py", "run", "--host", "0.0.0.0"]
