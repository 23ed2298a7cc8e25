# SPDX-License-Identifier: BSD-2-Clause
"""Test domains with their keys, and messages as they are seen in real mail. Signatures are made by
dkimpy, so that verification is tested against an implementation that is not ours."""

import base64
import re
import subprocess

import dkim
import nacl.signing

SIGNED = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type"]


class Keys:
    """A fresh RSA and a fresh Ed25519 key, with the records that publish them."""

    def __init__(self):
        self.rsa = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], check=True, capture_output=True).stdout
        public = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], check=True, capture_output=True,
                                input=self.rsa).stdout
        self.rsa_record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
        seed = nacl.signing.SigningKey.generate()
        self.ed25519 = base64.b64encode(seed.encode())
        self.ed25519_record = "v=DKIM1; k=ed25519; p=" + base64.b64encode(seed.verify_key.encode()).decode()

    def sign(self, message, domain=b"good.example", selector=b"rsa", canonicalize=(b"relaxed", b"relaxed"), length=False):
        ed25519 = selector.startswith(b"ed")
        field = dkim.sign(message, selector, domain, self.ed25519 if ed25519 else self.rsa,
                          canonicalize=canonicalize, include_headers=SIGNED, length=length,
                          signature_algorithm=b"ed25519-sha256" if ed25519 else b"rsa-sha256")
        return field + message

    def seal(self, message, domain, dmarc="pass", selector=b"rsa"):
        """Adds an ARC set, as a forwarder does that saw `dmarc`."""
        arc = "pass" if b"ARC-Seal:" in message else "none"
        author = re.search(rb"(?im)^From:.*@([\w.-]+)", message)[1].decode()
        seen = f"Authentication-Results: {domain}; dmarc={dmarc} header.from={author};\r\n arc={arc}\r\n".encode()
        fields = dkim.arc_sign(seen + message, selector, domain.encode(), self.rsa, domain.encode(),
                               include_headers=SIGNED)
        return b"".join(fields) + message

    def zone(self):
        return ZONE.format(rsa=self.rsa_record, ed25519=self.ed25519_record)


ZONE = """\
mail.good.example A 192.0.2.1
mail.good.example TXT v=spf1 a -all
good.example TXT v=spf1 ip4:192.0.2.0/24 mx -all
good.example MX 10 mail.good.example
_dmarc.good.example TXT v=DMARC1; p=reject
rsa._domainkey.good.example TXT {rsa}
ed._domainkey.good.example TXT {ed25519}
rsa._domainkey.list.example TXT {rsa}
cname._domainkey.good.example CNAME keys.esp.example
keys.esp.example TXT {rsa}
tcp._domainkey.good.example TXT {rsa}
@truncate tcp._domainkey.good.example
slow._domainkey.good.example TXT {rsa}
@delay slow._domainkey.good.example 200
@silent mute._domainkey.good.example
@silent hush._domainkey.good.example
@servfail broken._domainkey.good.example
revoked._domainkey.good.example TXT v=DKIM1; p=
soft.example TXT v=spf1 ip4:192.0.2.0/24 ~all
neutral.example TXT v=spf1 ?all
closed.example TXT v=spf1 -all
typo.example TXT v=spf1 ipv4:192.0.2.1 -all
twice.example TXT v=spf1 -all
twice.example TXT v=spf1 +all
loop.example TXT v=spf1 include:loop.example -all
macro.example TXT v=spf1 exists:%{{ir}}.%{{l}}._spf.%{{d}} -all
1.2.0.192.user._spf.macro.example A 127.0.0.2
nospf.example A 192.0.2.99
@servfail broken.example
@silent silent.example
_dmarc.strict.example TXT v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:dmarc@strict.example
_dmarc.owner.example TXT v=DMARC1; p=quarantine; sp=reject; np=reject
_dmarc.test.example TXT v=DMARC1; p=reject; t=y
_dmarc.xn--bcher-kva.example TXT v=DMARC1; p=reject
@silent _dmarc.mute.example
@servfail _dmarc.broken.example
"""


def message(marker, subject="Minutes of the meeting", sender="Ann Example <ann@good.example>", body=None, headers=""):
    """A plain message in CRLF; `marker` goes into its Message-ID."""
    text = body if body is not None else "Hello,\n\nplease find the minutes below.\n\n-- \nAnn\n"
    head = (f"{headers}From: {sender}\nTo: rcpt@example.net\nSubject: {subject}\n"
            f"Date: Tue, 24 Nov 2026 10:00:00 +0000\nMessage-ID: <{marker}@good.example>\nMIME-Version: 1.0\n"
            "Content-Type: text/plain; charset=us-ascii\n\n")
    return (head + text).replace("\n", "\r\n").encode()


def attachment(marker, size):
    """A multipart message with `size` octets of base64."""
    lines = (b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4\r\n" * (size // 82 + 1))
    text = message(marker, subject="Scan_0042.pdf").split(b"\r\n\r\n")[0]
    text = text.replace(b"text/plain; charset=us-ascii", b'multipart/mixed;\r\n\tboundary="=_b"')
    return (text + b"\r\n\r\n--=_b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
            lines + b"--=_b--\r\n")
