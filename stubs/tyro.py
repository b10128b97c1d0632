"""Command lines: a run without arguments gives the defaults."""


def cli(f, *, prog=None, description=None, args=None, default=None, **options):
    return f() if default is None else default
