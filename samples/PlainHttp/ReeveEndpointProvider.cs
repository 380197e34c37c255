using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;

namespace PlainHttp;

/// <summary>The endpoints of one api, as the reeve tells of them; a change is told at once.</summary>
internal sealed class ReeveEndpointProvider : IServiceEndpointProvider
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private volatile IReadOnlyList<DnsEndPoint> _endpoints = [];
    private CancellationTokenSource _changed = new();

    public ReeveEndpointProvider(Reeve reeve, string api) => _following = FollowAsync(reeve, api);

    public async ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        // An api that nobody on this machine has asked for yet may need a moment.
        await _first.Task.WaitAsync(Patience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The token first: a change between the two lines is told all the same.
        endpoints.AddChangeToken(new CancellationChangeToken(_changed.Token));
        foreach (var endpoint in _endpoints)
            endpoints.Endpoints.Add(ServiceEndpoint.Create(endpoint));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _stop.Dispose();
    }

    private async Task FollowAsync(Reeve reeve, string api)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var entries in reeve.WatchAsync(api, _stop.Token))
                {
                    _endpoints = [.. entries.Select(entry => new DnsEndPoint(Reeve.HostOf(entry), IPEndPoint.Parse(entry.Address).Port))];
                    var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
                    if (entries.Count > 0)
                        _first.TrySetResult();
                    await before.CancelAsync();
                }
                await Task.Delay(Pause, _stop.Token);
            }
            catch (Exception problem) when (problem is RpcException or OperationCanceledException)
            {
                // The reeve is away: what it said last holds until it is back. Or this has ended, and the loop with it.
                await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
