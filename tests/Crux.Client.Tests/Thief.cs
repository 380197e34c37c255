using System.Security.Cryptography;
using Crux.Protos;
using Crux.Protos.Samples;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Crux.Client.Tests;

/// <summary>Somebody who has a copy of a process's key and certificate, and nothing else of Crux.</summary>
internal sealed class Thief : IAsyncDisposable
{
    private readonly ECDsa _key;
    private readonly byte[] _statement;
    private readonly NetAddress _address;
    private readonly GrpcChannel _channel;

    private Thief(ECDsa key, byte[] statement, NetAddress address)
    {
        (_key, _statement, _address) = (key, statement, address);
        var options = PinnedCertificate.ClientOptions(PinnedCertificate.Create(key, "thief", statement), _ => true);
        _channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { SslOptions = options }, DisposeHttpClient = true });
    }

    /// <summary>Takes a key that was signed under <paramref name="name"/> for calling <paramref name="service"/>.</summary>
    public static async Task<Thief> StealAsync(LocalNode node, TestService service, string name)
    {
        await node.UntilListedAsync("galumph2", offers => offers.Count > 0, "the service");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var reply = await node.Reeve.EnrollAsync(
            new EnrollRequest { Service = name, PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()), Destination = ByteString.CopyFrom(service.Pin.Span) },
            cancellationToken: TestContext.Current.CancellationToken);
        return new Thief(key, reply.Statement.ToByteArray(), service.Address);
    }

    /// <summary>The same key, on a connection of its own.</summary>
    public Thief Again() => new(_key, _statement, _address);

    /// <summary>Calls; null where it was served.</summary>
    public async Task<RpcException?> TryAsync()
    {
        try
        {
            await new Galumph.GalumphClient(_channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);
            return null;
        }
        catch (RpcException refused)
        {
            return refused;
        }
    }

    public AsyncServerStreamingCall<HealthCheckResponse> Watch() =>
        new Health.HealthClient(_channel).Watch(new HealthCheckRequest(), cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}
