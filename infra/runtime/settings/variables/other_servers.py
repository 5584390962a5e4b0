"""What an operator can set of the servers that are told or asked something."""

from infra.runtime.settings.addresses import device_url, mail_from, networks, ports, public_url, smtp_url
from infra.runtime.settings.setting import Setting
from infra.runtime.settings.texts import ids, path, token, whole

OTHER_SERVERS: tuple[Setting, ...] = (
    Setting(
        "MIPOS_PUBLIC_URL",
        None,
        "Address of the shop's web pages, for links in messages and the QR codes of receipts.",
        public_url,
        default_text="none: messages carry no link, and only tills can follow a receipt's code",
    ),
    Setting(
        "MIPOS_SMTP_URL",
        None,
        "Mail server that messages go to: `smtp://user:password@host:587` or `smtps://…`.",
        smtp_url,
        default_text="none: messages become files",
        is_secret=True,
    ),
    Setting(
        "MIPOS_MAIL_FROM",
        None,
        "Whom messages are from; required with `MIPOS_SMTP_URL`.",
        mail_from,
        default_text="`mipos@localhost`",
    ),
    Setting(
        "MIPOS_OUTBOX_DIR",
        None,
        "Folder of messages that become files.",
        path,
        default_text="`outbox` in the data folder",
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_URL",
        None,
        "Service that signs receipts, such as `http://127.0.0.1:8090/sign`, asked before each sale, refund, "
        "void and return at a till is recorded; see [OPERATIONS.md](OPERATIONS.md#a-signing-device).",
        device_url,
        default_text="none: nothing is signed",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_TOKEN",
        None,
        "Token by which it knows who asks (`Authorization: Bearer`).",
        token,
        default_text="none",
        is_secret=True,
    ),
    Setting(
        "MIPOS_FISCAL_DEVICE_SECONDS",
        2,
        "For how many seconds a till waits for it; then the receipt says that the device is out of order.",
        whole(1, 10),
    ),
    Setting(
        "MIPOS_FISCAL_PLACES",
        (),
        "Ids of the companies, stores or registers whose receipts are signed, divided by commas.",
        ids,
        default_text="all",
    ),
    Setting(
        "MIPOS_WEBHOOK_PORTS",
        (),
        "Ports besides 443 at which webhooks may be received, divided by commas.",
        ports,
        default_text="none",
    ),
    Setting(
        "MIPOS_WEBHOOK_ALLOW",
        (),
        "Addresses or networks that webhooks may go to although they are not of the public network, such as "
        "10.1.2.0/24, divided by commas.",
        networks,
        default_text="none",
    ),
)
