"""Servers for the tests, as plugins: PostgreSQL, a Qwen server, the whole assistant."""

pytest_plugins = [
    "tests.servers.postgres",
    "tests.servers.qwen",
    "tests.servers.assistant",
]
