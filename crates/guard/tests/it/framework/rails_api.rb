# Routes in Rails under Puma, as they come: each says that it matched, and what it read.
ENV["RAILS_ENV"] = "production"
require "action_controller/railtie"
require "puma"
require "puma/server"

class Api < Rails::Application
  config.load_defaults "6.1"
  config.eager_load = false
  config.logger = Logger.new(nil)
  config.secret_key_base = "none"
end
Api.initialize!

class TransfersController < ActionController::Base
  skip_forgery_protection

  def any
    # whose, wherever it is said
    value = params[:from]
    value = "#{value} as #{params[:role]}" if params.key?(:role)
    render json: { route: request.request_method, value: value }
  end
end

class CallerController < ActionController::Base
  def show
    render json: { route: "caller", value: request.headers["Airside-Subject"] }
  end
end

Api.routes.draw do
  match "/transfers", to: "transfers#any", via: %i[get post put delete]
  match "/forms", to: "transfers#any", via: %i[post delete]
  get "/caller", to: "caller#show"
end

server = Puma::Server.new(Api, Puma::Events.null)
port = server.add_tcp_listener("127.0.0.1", 0).addr[1]
$stdout.sync = true
puts "127.0.0.1:#{port} #{Rails.version[/\d+\.\d+/]}"
server.run.join
