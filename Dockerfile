FROM python:3.11-slim

RUN useradd --create-home --uid 10001 odds
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN mkdir var && chown odds:odds var

USER odds
ENV PYTHONUNBUFFERED=1
VOLUME /app/var
EXPOSE 8000
CMD ["python", "manage.py", "run", "--host", "0.0.0.0"]
