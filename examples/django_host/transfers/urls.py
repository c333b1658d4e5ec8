"""The addresses of the app; a transfer code is in none of them (CODE-10)."""

from django.urls import path

from transfers import views

app_name = "transfers"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("enter/", views.enter, name="enter"),
    path("start/", views.start, name="start"),
    path("confirm/", views.confirm, name="confirm"),
]
