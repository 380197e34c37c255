using Microsoft.AspNetCore.Routing;

namespace Crux.Client.Hosting;

/// <summary>One service that an application registers.</summary>
internal sealed record ServicePoint(InstanceName Instance, Action<IEndpointRouteBuilder, CallGate, InstanceName> Map);
