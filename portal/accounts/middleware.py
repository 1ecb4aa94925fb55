from portal.middleware import SecurityHeaders


class StaffOnly(SecurityHeaders):
    pass
