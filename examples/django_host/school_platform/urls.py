"""The platform's addresses."""

from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [
    path("login/", LoginView.as_view(template_name="transfers/login.html")),
    path("transfers/", include("transfers.urls")),
]
