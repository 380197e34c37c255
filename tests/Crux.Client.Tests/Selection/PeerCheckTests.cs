using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Client.Connect;
using Crux.Client.Selection;
using Crux.Protos;
using Crux.Services.Reeve;
using Google.Protobuf;

namespace Crux.Client.Tests.Selection;

/// <summary>Whom a client talks to, whatever the registry says.</summary>
public sealed class PeerCheckTests : IDisposable
{
    private readonly ECDsa _node = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ReeveLink _link = new("/nowhere", TimeSpan.FromSeconds(1), TimeProvider.System);
    private readonly TrustedNodes _nodes;

    public PeerCheckTests() => _nodes = new TrustedNodes(_link, TimeSpan.Zero);

    [Fact]
    public void The_key_that_the_registry_names_will_do_where_a_member_signed_it_for_that_very_instance()
    {
        Assert.True(Accepts("galumph2_3", Statement(_node, "galumph2_3")));
        Assert.True(Accepts("galumph2_4", Statement(_node, "galumph2_3", also: "galumph2_4")));
    }

    [Fact]
    public void A_registry_that_names_the_key_of_another_instance_leads_nowhere()
    {
        Assert.False(Accepts("galumph2_9", Statement(_node, "galumph2_3")));
        Assert.False(Accepts("galumph2_3", Statement(_node, "galumph2_3", destination: SHA256.HashData("an endpoint"u8))));
    }

    [Fact]
    public void A_key_that_was_signed_by_a_node_outside_the_flock_leads_nowhere()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(Accepts("galumph2_3", Statement(stranger, "galumph2_3")));
        Assert.False(Accepts("galumph2_3", []));
    }

    [Fact]
    public void A_key_that_the_registry_does_not_name_will_do_only_as_the_successor_of_one_that_was_seen()
    {
        var pin = PinOf(_key);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var check = Check("galumph2_3", pin);
        Assert.False(check.Accepts(Show(next, Statement(_node, "galumph2_3", next, generation: 2))));
        Assert.True(check.Accepts(Show(_key, Statement(_node, "galumph2_3", _key, generation: 1))));
        Assert.True(check.Accepts(Show(next, Statement(_node, "galumph2_3", next, generation: 2))));
        using var old = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(check.Accepts(Show(old, Statement(_node, "galumph2_3", old, generation: 2))));
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _link.Dispose();
        _node.Dispose();
        _key.Dispose();
    }

    private bool Accepts(string instance, byte[] statement) => Check(instance, PinOf(_key)).Accepts(Show(_key, statement));

    private PeerCheck Check(string instance, string pin)
    {
        var home = NodeId.FromPublicKey(_node.ExportSubjectPublicKeyInfo());
        _nodes.Apply([home], KeyBans.None, isNewReeve: true);
        return new PeerCheck(() => new Offering("an id", instance, "node2:1234", home, NetAddress.V4(0x7F00_0001, 1234), pin, 0), _nodes);
    }

    private static X509Certificate2 Show(ECDsa key, byte[] statement) => PinnedCertificate.Create(key, "test", statement);

    private static string PinOf(ECDsa key) => Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private byte[] Statement(ECDsa node, string service, ECDsa? key = null, string? also = null, byte[]? destination = null, ulong generation = 0) =>
        new StatementSigner(node).Sign(new IdentityStatement
        {
            Service = service,
            PublicKey = ByteString.CopyFrom((key ?? _key).ExportSubjectPublicKeyInfo()),
            Destination = ByteString.CopyFrom(destination ?? []),
            Generation = generation,
            Also = { also is null ? [] : [also] },
        }).ToByteArray();
}
