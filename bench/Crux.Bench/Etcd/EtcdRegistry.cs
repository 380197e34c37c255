using System.Collections.Concurrent;
using Crux.Bench.Etcd.Wire;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Crux.Bench.Etcd;

/// <summary>The way services are usually kept in etcd: a key for each, under a lease that its process keeps alive; a look-up reads a prefix, and a watch follows it.</summary>
internal sealed class EtcdRegistry(string address) : IRegistry
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://{address}");

    public async Task<Task> RegisterAsync(string api, string id, int port, CancellationToken cancellationToken)
    {
        var leases = new Lease.LeaseClient(_channel);
        var lease = (await leases.LeaseGrantAsync(new LeaseGrantRequest { Ttl = (long)PeerRegistry.Validity.TotalSeconds }, cancellationToken: cancellationToken)).Id;
        // What a Crux entry tells a client, as JSON: who, where, which key.
        var value = $$"""{"id":"{{id}}","instance":"{{api}}_1","address":"10.77.0.1:{{port}}","keyHash":"{{new string('0', 64)}}"}""";
        await new KV.KVClient(_channel).PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(Prefix(api) + id), Value = ByteString.CopyFromUtf8(value), Lease = lease }, cancellationToken: cancellationToken);
        return KeepAsync();

        async Task KeepAsync()
        {
            using var call = leases.LeaseKeepAlive(cancellationToken: cancellationToken);
            using var timer = new PeriodicTimer(PeerRegistry.Period);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await call.RequestStream.WriteAsync(new LeaseKeepAliveRequest { Id = lease }, cancellationToken);
                await call.ResponseStream.MoveNext(cancellationToken);
            }
        }
    }

    public async Task<IReadOnlyList<string>> FindAsync(string api, CancellationToken cancellationToken) => [.. (await RangeAsync(api, cancellationToken)).Kvs.Select(kv => IdOf(kv.Key))];

    public async Task FollowAsync(IReadOnlyList<string> apis, Action<string, IReadOnlyCollection<string>> told, CancellationToken cancellationToken)
    {
        var known = new ConcurrentDictionary<string, HashSet<string>>();
        using var call = new Watch.WatchClient(_channel).Watch(cancellationToken: cancellationToken);
        foreach (var api in apis)
        {
            var now = await RangeAsync(api, cancellationToken);
            known[api] = [.. now.Kvs.Select(kv => IdOf(kv.Key))];
            told(api, known[api]);
            await call.RequestStream.WriteAsync(
                new WatchRequest { CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8(Prefix(api)), RangeEnd = End(api), StartRevision = now.Header.Revision + 1 } }, cancellationToken);
        }
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            foreach (var change in call.ResponseStream.Current.Events)
            {
                var api = change.Kv.Key.ToStringUtf8().Split('/')[2];
                _ = change.Type == Event.Types.EventType.Delete ? known[api].Remove(IdOf(change.Kv.Key)) : known[api].Add(IdOf(change.Kv.Key));
                told(api, known[api]);
            }
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<RangeResponse> RangeAsync(string api, CancellationToken cancellationToken) =>
        await new KV.KVClient(_channel).RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(Prefix(api)), RangeEnd = End(api) }, cancellationToken: cancellationToken);

    private static string Prefix(string api) => $"/services/{api}/";

    private static ByteString End(string api) => ByteString.CopyFromUtf8($"/services/{api}0");

    private static string IdOf(ByteString key) => key.ToStringUtf8().Split('/')[^1];
}
