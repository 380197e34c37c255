using System.Diagnostics.CodeAnalysis;
using Crux;
using Microsoft.Extensions.ServiceDiscovery;

namespace PlainHttp;

/// <summary>Has <c>http://galumph2</c> mean the best instances of galumph2 in the flock.</summary>
internal sealed class ReeveEndpointProviderFactory(Reeve reeve) : IServiceEndpointProviderFactory
{
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = NameRules.Holds(query.ServiceName) ? new ReeveEndpointProvider(reeve, query.ServiceName) : null;
        return provider is not null;
    }
}
