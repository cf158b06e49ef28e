use super::Args;
use crate::cli::failure::Failure;
use crate::cli::running::node_name;
use crate::lab::{Connection, Endpoint, Lab, NodeName, Request, Role, Target};
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
        return Ok((service(name, lab)?, None));
    }
    let service = lab.services.first().map(|service| Target::Service(service.name.clone()));
    let server = || {
        let mut servers = lab.with_role(Role::RealServer).flat_map(|node| node.addresses());
        servers.next().map(|rip| Target::Address(Endpoint::tcp(SocketAddr::new(rip, 80))))
    };
    let target = service.or_else(server);
    Ok((target.ok_or_else(|| Failure::usage("the lab has nothing to ask"))?, None))
}

fn service(name: &str, lab: &Lab) -> Result<Target, Failure> {
    if let Some(service) = lab.services.iter().find(|service| service.name.as_str() == name) {
        return Ok(Target::Service(service.name.clone()));
    }
    let names: Vec<_> = lab.services.iter().map(|service| service.name.as_str()).collect();
    Err(Failure::usage(format!("there is no virtual service `{name}`")).help(match &names[..] {
        [] => format!("`{}` has none; ask a server with --url", lab.name),
        names => format!("virtual services: {}", names.join(", ")),
    }))
}
