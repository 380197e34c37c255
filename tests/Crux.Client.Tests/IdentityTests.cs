using System.Security.Cryptography;
using Crux.Client.Connect;
using Crux.Protos;
using Crux.Protos.Samples;
using Crux.Services.Reeve;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests;

public sealed class IdentityTests
{
    [Fact]
    public async Task Two_services_on_one_node_with_their_keys_swapped_are_both_refused()
    {
        await using var elsewhere = await LocalNode.StartNewAsync();
        await using var node = await LocalNode.StartNewAsync();
        elsewhere.View.Add(node.Self);
        node.View.Add(elsewhere.Self);
        await using var first = await TestService.StartAsync(elsewhere.Socket, "galumph2_3");
        await using var second = await TestService.StartAsync(elsewhere.Socket, "burble1_1");
        var swapped = await node.RegisterAsync("galumph2_3", AddressOf(first), second.Pin);
        using var other = await node.RegisterAsync("burble1_1", AddressOf(second), first.Pin);

        foreach (var selector in (string[])["galumph2", "burble1"])
        {
            await using var channel = CruxChannel.For(selector, options => options.Socket = node.Socket);
            await Eventually.Fails(() => TableAsync(channel, TimeSpan.FromSeconds(1)), "another key than the registry says");
        }
        // The same two points with the right keys are fine: it was the keys, and nothing else.
        swapped.Dispose();
        using var right = await node.RegisterAsync("galumph2_3", AddressOf(first), first.Pin);
        await using var trusted = CruxChannel.For("galumph2_3", options => options.Socket = node.Socket);
        Assert.Equal("galumph2_3", (await TableAsync(trusted, TimeSpan.FromSeconds(30))).ServedBy);
    }

    [Fact]
    public async Task A_client_without_a_statement_or_with_a_stranger_s_or_one_for_another_endpoint_is_refused()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the service");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.False(await IsServedAsync(service, key, []));
        Assert.False(await IsServedAsync(service, key, Statement(stranger, key, service.Pin)));
        Assert.False(await IsServedAsync(service, key, Statement(node.Key, key, default)));
        Assert.False(await IsServedAsync(service, key, Statement(node.Key, key, SHA256.HashData("another endpoint"u8))));
        Assert.True(await IsServedAsync(service, key, Statement(node.Key, key, service.Pin)));
    }

    [Fact]
    public void A_statement_about_another_key_or_with_a_broken_signature_says_nothing()
    {
        using var node = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var thief = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var statement = Statement(node, key, default);
        var broken = SignedStatement.Parser.ParseFrom(statement);
        broken.Signature = ByteString.CopyFrom(new byte[64]);

        Assert.Equal(("galumpher", ""), (Read(key, statement, out var problem)?.Service, problem));
        Assert.Null(Read(thief, statement, out problem));
        Assert.Contains("another key", problem, StringComparison.Ordinal);
        Assert.Null(Read(key, broken.ToByteArray(), out problem));
        Assert.Contains("does not verify", problem, StringComparison.Ordinal);
        Assert.Null(Read(key, [1, 2, 3], out problem));
        Assert.Contains("can't be read", problem, StringComparison.Ordinal);
    }

    private static PeerStatement? Read(ECDsa key, byte[] statement, out string problem)
    {
        using var certificate = PinnedCertificate.Create(key, "test", statement);
        return PeerStatement.TryRead(certificate, _ => true, out problem);
    }

    private static byte[] Statement(ECDsa node, ECDsa key, ReadOnlyMemory<byte> destination) =>
        new StatementSigner(node).Sign(new IdentityStatement
        {
            Service = "galumpher",
            PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()),
            Destination = ByteString.CopyFrom(destination.Span),
        }).ToByteArray();

    private static NetAddress AddressOf(TestService service) => service.App.Services.GetRequiredService<CruxSelf>().Address;

    private static async Task<TableReply> TableAsync(CruxChannel channel, TimeSpan limit) =>
        await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), deadline: DateTime.UtcNow + limit, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<bool> IsServedAsync(TestService service, ECDsa key, byte[] statement)
    {
        using var certificate = PinnedCertificate.Create(key, "test", statement);
        using var handler = new SocketsHttpHandler { SslOptions = PinnedCertificate.ClientOptions(certificate, _ => true) };
        using var channel = GrpcChannel.ForAddress($"https://{AddressOf(service)}", new GrpcChannelOptions { HttpHandler = handler });
        try
        {
            await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
