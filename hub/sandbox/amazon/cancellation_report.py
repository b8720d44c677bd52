"""Processing reports of order acknowledgement feeds, in the form of the feed they answer."""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.etree import ElementTree

from hub.sandbox.amazon.feed_results import Result
from hub.sandbox.amazon.lwa import SELLER_ID


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a message was not carried out."""

    number: int
    order_id: str
    code: str
    text: str


def xml_report(feed_id: str, processed: int, refused: list[Refused]) -> Result:
    """Return the processing report of an XML feed."""
    envelope = ElementTree.Element("AmazonEnvelope")
    header = ElementTree.SubElement(envelope, "Header")
    ElementTree.SubElement(header, "DocumentVersion").text = "1.02"
    ElementTree.SubElement(header, "MerchantIdentifier").text = SELLER_ID
    ElementTree.SubElement(envelope, "MessageType").text = "ProcessingReport"
    message = ElementTree.SubElement(envelope, "Message")
    ElementTree.SubElement(message, "MessageID").text = "1"
    report = ElementTree.SubElement(message, "ProcessingReport")
    ElementTree.SubElement(report, "DocumentTransactionID").text = feed_id
    ElementTree.SubElement(report, "StatusCode").text = "Complete"
    summary = ElementTree.SubElement(report, "ProcessingSummary")
    counts = (processed, processed - len(refused), len(refused), 0)
    for name, count in zip(("Processed", "Successful", "WithError", "WithWarning"), counts, strict=True):
        ElementTree.SubElement(summary, f"Messages{name}").text = str(count)
    for each in refused:
        _xml_result(report, each)
    return Result(ElementTree.tostring(envelope, "utf-8", xml_declaration=True), "text/xml; charset=UTF-8")


def _xml_result(report: ElementTree.Element, each: Refused) -> None:
    result = ElementTree.SubElement(report, "Result")
    told = (("MessageID", str(each.number)), ("ResultCode", "Error"), ("ResultMessageCode", each.code))
    for name, text in (*told, ("ResultDescription", each.text)):
        ElementTree.SubElement(result, name).text = text
    ElementTree.SubElement(ElementTree.SubElement(result, "AdditionalInfo"), "AmazonOrderID").text = each.order_id


def flat_report(processed: int, refused: list[Refused]) -> Result:
    """Return the processing report of a flat file: counts, then a line for everything refused."""
    text = io.StringIO()
    text.write(f"Feed Processing Summary:\n\tNumber of records processed\t\t{processed}\n")
    text.write(f"\tNumber of records successful\t\t{processed - len(refused)}\n\n")
    text.write("original-record-number\torder-id\terror-code\terror-type\terror-message\n")
    for each in refused:
        text.write(f"{each.number}\t{each.order_id}\t{each.code}\tError\t{each.text}\n")
    return Result(text.getvalue().encode(), "text/plain; charset=UTF-8")
