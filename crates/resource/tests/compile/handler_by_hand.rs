// says: private
// what a handler of one's own would have to name in its method
pub fn token(_: airside_resource::router::handler::sealed::Token) {}
