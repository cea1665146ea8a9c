"""Mail before and after the gate: what is counted before an act, and what is sent once it has been committed."""

from casework.accounts import login_rate_limit, mail_actions, mail_sending
from casework.accounts.login_rate_limit import Bucket
from casework.accounts.mail_actions import OwnAddress
from casework.errors import BadInput, Throttled, gettext_noop
from casework.mail import addresses, message, state
from casework.mail.state import MailState
from casework.policy.vocabulary import Act
from casework.vault.keys import mail_addresses
from casework.web.current_user import check_permission, config, gate, me, perform


def is_on() -> bool:
    """Tell whether this installation has a mail server."""
    return bool(config().mail_host)


def server_state() -> MailState:
    return state.read(config().mail_state_file)


def has_given_up(own: OwnAddress | None) -> bool:
    """Tell whether the server has refused a member's own address so often that nothing is sent there any more."""
    return own is not None and server_state().of(own.id).given_up


def set_address(typed: str) -> None:
    """Keep an address that waits for its code and mail the code there; raise BadInput or MailFailed."""
    address = addresses.normalise(typed)
    _require_on()
    # Asked before the message is counted: whoever must give a proof first sends the form twice.
    check_permission(Act.MAIL_SET)
    _count_message()
    code = mail_addresses.new_code()
    perform(mail_actions.set_address, address, code)
    mail_sending.send(config(), message.confirmation(code, sender=config().mail_from, recipient=address))


def confirm(typed: str) -> None:
    """Confirm the address by its code; raise BadInput for a wrong one, and for one try too many."""
    tries = login_rate_limit.of_mail_code(gate().server_keys(me().person.commune_id), me().id)
    _count(tries, gettext_noop("Đã thử quá nhiều mã trong ngày. Hãy để mai thử lại, hoặc bỏ địa chỉ này."))
    perform(mail_actions.confirm_address, typed)


def send_test() -> None:
    """Send the one sentence to the administrator's own address; raise BadInput or MailFailed."""
    address = perform(mail_actions.address_for_test)
    _require_on()
    _count_message()
    mail_sending.send(config(), message.reminder(sender=config().mail_from, recipient=address))


def _require_on() -> None:
    if not is_on():
        raise BadInput(gettext_noop("Sổ này chưa bật thư. Người phụ trách máy chủ bật được."))


def _count_message() -> None:
    sent = login_rate_limit.of_mailed_code(gate().server_keys(me().person.commune_id), me().id)
    _count(
        sent, gettext_noop("Vừa gửi rồi. Hãy xem cả hộp thư rác; sau 15 phút gửi lại được, nhiều nhất 5 thư một ngày.")
    )


def _count(buckets: list[Bucket], sentence: str) -> None:
    try:
        login_rate_limit.count(gate(), me().person.commune_id, buckets)
    except Throttled as cause:
        raise BadInput(sentence) from cause
