use super::Args;
use crate::cli::failure::Failure;
use crate::cli::running::node_name;
use crate::lab::{Connection, Endpoint, Lab, NodeName, Request, Role, Target, VirtualService};
use std::net::SocketAddr;

/// The request that the flags ask for, in this lab.
pub fn request(args: &Args, lab: &Lab) -> Result<Request, Failure> {
    let (target, url_path) = target(args, lab)?;
    let path = args.path.clone().or(url_path).unwrap_or_else(|| "/".to_owned());
    Ok(Request {
        from: from(args, lab)?,
        target,
        path,
        count: args.count,
        concurrency: args.concurrency,
        connection: connection(args),
        source_ports: args.source_port.unwrap_or_default(),
        timeout: args.timeout,
    })
}

/// Who asks whom: `client asks web at 192.168.136.100:80`.
pub fn words(request: &Request, to: Endpoint) -> String {
    let Request { from, target, path, .. } = request;
    let service = target.service().map(|name| format!("{name} at ")).unwrap_or_default();
    let path = if path == "/" { String::new() } else { format!(" for {path}") };
    format!("{from} asks {service}{to}{path}")
}

fn connection(args: &Args) -> Connection {
    match args.hold {
        Some(_) => Connection::Held,
        None if args.keep_alive => Connection::KeepAlive,
        None => Connection::New,
    }
}

fn from(args: &Args, lab: &Lab) -> Result<NodeName, Failure> {
    match &args.from {
        Some(name) => node_name(name, lab.nodes.iter().map(|node| &node.name)),
        None => {
            let client = lab.with_role(Role::Client).next().map(|node| node.name.clone());
            client.ok_or_else(|| Failure::usage("the lab has no client").help("say --from NODE"))
        }
    }
}

fn target(args: &Args, lab: &Lab) -> Result<(Target, Option<String>), Failure> {
    if let Some((endpoint, path)) = &args.url {
        return Ok((Target::Address(*endpoint), Some(path.clone())));
    }
    if let Some(name) = &args.service {
        return Ok((at_port(service(name, lab)?, args.port)?, None));
    }
    if let Some(service) = lab.services.first() {
        return Ok((at_port(service, args.port)?, None));
    }
    let port = args.port.unwrap_or(80);
    let mut servers = lab.with_role(Role::RealServer).flat_map(|node| node.addresses());
    let endpoint = |rip| Endpoint::tcp(SocketAddr::new(rip, port));
    let target = servers.next().map(|rip| Target::Address(endpoint(rip)));
    Ok((target.ok_or_else(|| Failure::usage("the lab has nothing to ask"))?, None))
}

/// The service, or one of its ports.
fn at_port(service: &VirtualService, port: Option<u16>) -> Result<Target, Failure> {
    let name = service.name.clone();
    let Some(port) = port else { return Ok(Target::Service(name)) };
    if service.ports().contains(&port) {
        return Ok(Target::Port(name, port));
    }
    let known: Vec<_> = service.ports().iter().map(u16::to_string).collect();
    let fault = Failure::usage(format!("the virtual service `{name}` has no port {port}"));
    Err(fault.help(format!("its ports: {}", known.join(", "))))
}

fn service<'l>(name: &str, lab: &'l Lab) -> Result<&'l VirtualService, Failure> {
    if let Some(service) = lab.services.iter().find(|service| service.name.as_str() == name) {
        return Ok(service);
    }
    let names: Vec<_> = lab.services.iter().map(|service| service.name.as_str()).collect();
    Err(Failure::usage(format!("there is no virtual service `{name}`")).help(match &names[..] {
        [] => format!("`{}` has none; ask a server with --url", lab.name),
        names => format!("virtual services: {}", names.join(", ")),
    }))
}
