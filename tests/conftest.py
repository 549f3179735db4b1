"""Plugins: PostgreSQL, a Qwen server and the whole assistant for the tests, and their workers."""

pytest_plugins = [
    "tests.servers.postgres",
    "tests.servers.qwen",
    "tests.servers.assistant",
    "tests.workers",
]
