"""Reading the XML of OSS and of the queue service: untrusted, small, with or without a namespace."""

from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from certdrop.cloud.carrying import Answer
from certdrop.cloud.messages import clean_id, clean_message
from certdrop.cloud.sending import Call
from certdrop.errors import CloudError

MOST_TAGS = 100_000  # a list of a thousand objects has a quarter of them


def parse_xml(body: bytes) -> Element | None:
    """Return the document's root without namespaces, or None when it is no well-formed, harmless XML of usual size."""
    if body.count(b"<") > MOST_TAGS:
        return None
    try:
        root = _build_tree(body)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):  # LookupError: its encoding
        return None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _build_tree(body: bytes) -> Element:
    """Parse under defusedxml's guard; expat tells the builder of elements itself, not through Python for each."""
    builder = TreeBuilder()
    guard = ElementTree.DefusedXMLParser(target=builder, forbid_dtd=True)
    guard.parser.ordered_attributes = False
    guard.parser.StartElementHandler = builder.start
    guard.parser.EndElementHandler = builder.end
    guard.feed(body)
    root: Element = guard.close()
    return root


def parse_answer(call: Call, answer: Answer) -> Element:
    """Return the root of a good answer; LostAnswerError when it cannot be read."""
    root = parse_xml(answer.body)
    if root is None:
        raise call.lost("UnreadableAnswer", "not XML", answer.status)
    return root


def read_error(call: Call, answer: Answer, request_id_header: str) -> CloudError:
    """Read `<Error><Code/><Message/><RequestId/></Error>`; anything else becomes `Http<status>`."""
    root = parse_xml(answer.body)
    texts = {child.tag: child.text or "" for child in root} if root is not None else {}
    return call.error(
        clean_message(texts.get("Code", "")) or f"Http{answer.status}",
        clean_message(texts.get("Message", "")),
        request_id=clean_id(texts.get("RequestId") or answer.headers.get(request_id_header, "")),
        status=answer.status,
    )
