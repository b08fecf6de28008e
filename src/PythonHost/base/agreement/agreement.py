"""Whether users accepted the agreement."""


class Agreement:
    """The daemon asks users itself; plugins see what it noted in the table `agreement`."""

    def check_agreement(self, username):
        """True or False as the user chose last, None when the user was never asked."""
        from base.scope import Scope
        rows = Scope.get_instance().get_db_service().rows(
            "SELECT choice FROM agreement WHERE username = ? ORDER BY id DESC LIMIT 1", (username,))
        return rows[0][0] == "Y" if rows else None
