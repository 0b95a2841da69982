"""Mail (电子邮件): letters that leave by SMTP."""
