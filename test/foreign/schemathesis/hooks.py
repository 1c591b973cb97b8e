"""Checks that a request which fits the OpenAPI document is not refused for a reason that the document should have told."""

import re

import schemathesis

# The reasons that JSON Schema cannot say, or that depend on the server: rules between fields, the grammar of filters, tokens of pages, fonts.
TOLD_IN_WORDS = [
    r"^must be after start$",
    r"must be at most (half of )?longest_clip",
    r"^must not be set (for a cut|for a zoom|for (audio|gif|mov|hls)|without|with QUALITY_LOSSLESS)",
    r"^must not be (QUALITY_LOSSLESS for (AV1|hls)|STREAM_COPY_AUTO for|CAPTIONS_SOFT for)",
    r"^must have one of: (count, times|http_put, s3)$",
    r"^must not be set (beside kind|with several variants|for HLS)",
    r"^is no transition; ",
    r"^must be 1 to 120, as a number such as 25 or a fraction",
    r"^must be more than 0 and at most 100 %$",
    # Names and values of headers.
    r"^has a name that is no name of a header$|^must not be set: the service sets it|^must be at most 1024 printable|^is set twice, in other letters$",
    r"^must end with \.|^must differ from ",
    r", the short side of the picture$",
    # JSON has numbers of 64 bits as strings, for which a schema has no range.
    r"^must be 10000 to 1000000000000 bytes$",
    r"^needs wait_for_revision_after$|^needs validate_only",
    # Variables and the texts that name them.
    r"^is not used: no text|^has a \{\{ that begins|^has \{\{.*which spec.variables does not have|^make more than \d+ characters",
    # Words of cues, which must be those of its text, one after the other.
    r"^must (stand in the text of the cue|have a character that is seen)|^is required: the word before it has no end|: within its cue, and not before the word before it$",
    r"with a transparent background",
    r"^expected (a comparison|AND|\))|^ends after AND$|^OR joins|is no state; there are",
    r"^is not a token that this service has given out",
    r"^is none of the fonts of this server",
    # The document counts characters, the service bytes.
    r"^must be at most \d+ bytes long$",
    # A host that may not be called, and what else is wrong with a URL.
    r"^is no valid URL|^has a scheme that is not served|^has a user name or password|^has port 0|^leads to ",
    r"^is that of an earlier target|^is no signing secret of this tenant",
    r"^must be in the future$",
    # A path, or an upload, that the test server has not.
    r"^lies outside the server's input roots$|^is no upload",
    # A name that the test server takes for a file that is not there.
    r"^there is no such file$",
]


@schemathesis.check
def told_by_the_document(ctx, response, case):
    """Every violation of a refused request is one of those above, or about a timeline, whose rules are between its fields: times, references, kinds of asset."""
    if response.status_code != 400 or "/api/v1/" in case.path:
        return
    body = response.json()
    # FAILED_PRECONDITION: the state of the service is against it, not the request.
    if body.get("code") == 9:
        return
    violations = [
        violation["description"]
        for detail in body.get("details", [])
        for violation in detail.get("fieldViolations", [])
        if not violation["field"].startswith("spec.timeline")
    ]
    is_about_timeline = "spec.timeline" in response.text
    untold = [text for text in violations if not any(re.search(reason, text) for reason in TOLD_IN_WORDS)]
    if untold or not (violations or is_about_timeline):
        raise AssertionError(f"refused for a reason that the document does not tell: {untold or body}")
