// says: private
use airside_resource::{doc::*, *};

pub struct Trusted;

impl declaration::sealed::Sealed for Trusted {}
