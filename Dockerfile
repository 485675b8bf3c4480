# One image for every service of docker-compose.yml.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONPATH=/app \
    AIRFLOW_HOME=/airflow \
    FRAMEWATCH_HOME=/data

# What charts as PNG are lettered with, and what prints reports.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        chromium-headless-shell fonts-dejavu-core fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
# The lock is complete: nothing is resolved here, and every hash is checked.
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt

RUN useradd --uid 50000 --home-dir /airflow framewatch \
    && mkdir -p /airflow/logs /airflow/auth /data \
    && chown -R framewatch /airflow /data
COPY . .
USER framewatch
