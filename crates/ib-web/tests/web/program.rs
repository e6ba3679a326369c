//! A program that uses the API.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::browser::PASSWORD;
use crate::place::{self, Place};

pub(crate) struct Program<'p> {
    pub(crate) place: &'p Place,
    pub(crate) token: Option<String>,
}

impl<'p> Program<'p> {
    /// A program without a session.
    pub(crate) fn stranger(place: &'p Place) -> Self {
        Self { place, token: None }
    }

    pub(crate) async fn new(place: &'p Place) -> Self {
        let mut program = Self::stranger(place);
        let (status, session) = program.post("/api/v1/sessions", &json!({})).await;
        assert_eq!(status, 201);
        program.token = session["token"].as_str().map(str::to_owned);
        program
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(Method::POST, path, Some(body), None).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> (u16, Value) {
        let (response, text) = self.answer(method, path, body, key).await;
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> (Response<()>, String) {
        let mut request = Request::builder().method(method).uri(path).header(HOST, place::HOST);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = match body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.place.ask(request.body(body).unwrap()).await
    }

    /// Begins a set-up; its path.
    pub(crate) async fn begin(&self) -> String {
        let (status, setup) = self.post("/api/v1/setups", &json!({})).await;
        assert_eq!(status, 201, "{setup}");
        format!("/api/v1/setups/{}", setup["id"].as_str().unwrap())
    }

    /// Sends a step and waits for what comes of it.
    pub(crate) async fn step(&self, setup: &str, step: &str, body: Value) -> Value {
        let (status, answer) = self.post(&format!("{setup}/{step}"), &body).await;
        assert_eq!(status, 202, "{answer}");
        self.get(&format!("{setup}?wait=20")).await.1
    }

    /// From nothing to a registered infrastructure.
    pub(crate) async fn register(&self, username: &str) -> Value {
        let setup = self.begin().await;
        self.walk(&setup, username).await
    }

    /// The same with a set-up that was begun.
    pub(crate) async fn walk(&self, setup: &str, username: &str) -> Value {
        self.step(setup, "address", json!({"address": "dev.acme.example"})).await;
        let at = self.step(setup, "log-in", json!({"username": username, "password": PASSWORD})).await;
        if at["step"] == "registered" {
            return at;
        }
        self.step(setup, "welcome", json!({})).await;
        self.step(setup, "disclaimer", json!({"version": "built-in-1"})).await
    }
}
