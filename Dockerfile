# One image for the web, the workers, the schedule and the commands; it holds no secret and no setting of yours
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/portal/static
WORKDIR /portal

COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock

COPY . .
# Settings are refused where they are incomplete; these are made up, and gone with the line that names them
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    PORTAL_BASE_URL=https://portal.invalid ALLOWED_HOSTS=portal.invalid \
    DATABASE_URL=postgres://portal.invalid/portal REDIS_URL=redis://:none@portal.invalid EMAIL_URL=smtp://portal.invalid \
    python manage.py collectstatic --no-input

RUN useradd --system --no-create-home portal
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
