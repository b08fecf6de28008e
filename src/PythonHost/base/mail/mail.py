"""Mails that a plugin sends itself."""
import email.message
import smtplib


class Mail:
    """Server and addresses are [MAIL] of ahenk.conf: smtp_host, smtp_port, from_username, from_password, to_address."""

    def send_mail(self, subject, message):
        """Sends. Raises when the section lacks something, and when the server does not take it."""
        from base.scope import Scope
        configuration = Scope.get_instance().get_configuration_manager()
        mail = email.message.EmailMessage()
        mail["Subject"] = subject
        mail["From"] = configuration.get("MAIL", "from_username")
        mail["To"] = configuration.get("MAIL", "to_address")
        mail.set_content(message)
        with smtplib.SMTP(configuration.get("MAIL", "smtp_host"), configuration.getint("MAIL", "smtp_port"), timeout=60) as server:
            server.starttls()
            server.login(configuration.get("MAIL", "from_username"), configuration.get("MAIL", "from_password"))
            server.send_message(mail)
