def each(things, act):
    """Tries every one of them, whatever happens to the others, and fails at the end if one did."""
    failed = []
    for thing in things:
        try:
            act(thing)
        except Exception as error:
            failed.append(f"{thing}: {error}")
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(things)} failed: " + "; ".join(failed)[:2000])
    return dict(done=len(things))
