//! One request, from its head to its answer.

use std::pin::pin;

use airside_net::RequestBody;
use http::{
    Request, Response,
    header::{CONTENT_LENGTH, ORIGIN},
};

use super::Guard;
use crate::{
    access::Asker, body::Body, browser::navigation::Navigation, error::RequestError,
    rate::RemainingLimit, request::CanonicalRequest,
};

impl Guard {
    /// Answers a request.
    pub(crate) async fn handle(&self, request: Request<RequestBody>) -> Response<Body> {
        // pinned here: what it is handed to would move it, some KiB at each step
        let answer = pin!(self.answer_with_cors(request));
        self.observe_request(Asker::Caller, answer).await
    }

    async fn answer_with_cors(&self, request: Request<RequestBody>) -> Response<Body> {
        let Some(cors) = &self.configuration.cors else {
            return self.answer(request).await;
        };
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = self.answer(request).await;
        cors.say(origin.as_ref(), response.headers_mut());
        response
    }

    async fn answer(&self, request: Request<RequestBody>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        self.note_head(&parts);
        let request = match self.read(parts) {
            Ok(request) => request,
            Err(error) => return self.challenged(error.respond()),
        };
        let browser_mode = self.browser_mode.as_ref();
        let opened =
            browser_mode.and_then(|browser_mode| Some((browser_mode, Navigation::of(&request)?)));
        match self.try_handle(request, body).await {
            Ok(response) => response,
            Err(error) => {
                let Some((browser_mode, page)) = opened else {
                    return self.challenged(error.respond());
                };
                let sign_in = browser_mode.sign_in_redirect(&page, &error);
                sign_in.unwrap_or_else(|| {
                    browser_mode.error_page(&page, &error, self.challenged(error.respond()))
                })
            }
        }
    }

    /// Adds to a challenge where to get a token (RFC 9728 §5.1).
    pub(crate) fn challenged(&self, response: Response<Body>) -> Response<Body> {
        self.metadata.challenge(response)
    }

    async fn try_handle(
        &self,
        request: CanonicalRequest,
        body: RequestBody,
    ) -> Result<Response<Body>, RequestError> {
        if let Some(answer) = self.own(&request) {
            return Ok(answer);
        }
        let mut remaining_limits = self.rates.address(self.address(&request.parts))?;
        self.require_short(&request)?;
        if let Some(browser_mode) = &self.browser_mode {
            // boxed, as all that few requests need: what waits for a request is moved around whole
            let answer =
                Box::pin(browser_mode.answer(&request, &self.resource_server, (self.clock)()));
            if let Some(answer) = answer.await {
                return answer;
            }
        }
        if let Some(answer) = self.preflight(&request).await {
            return answer;
        }
        let (mut admitted, body) = self.judge(&request, body).await?;
        if let Some(caller) = &mut admitted.caller {
            remaining_limits.append(&mut caller.remaining_limits);
        }
        let mut response = self.forward(request, admitted, body).await?;
        RemainingLimit::say(&remaining_limits, response.headers_mut());
        Ok(response)
    }

    /// Refuses a body that announces a length over the limit before it is read.
    fn require_short(&self, request: &CanonicalRequest) -> Result<(), RequestError> {
        let length = request.parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        match length.is_some_and(|length| length > self.configuration.limits.request_body) {
            true => Err(RequestError::TooLarge),
            false => Ok(()),
        }
    }
}
