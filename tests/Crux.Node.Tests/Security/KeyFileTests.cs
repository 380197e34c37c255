using Crux.Node.Security;

namespace Crux.Node.Tests.Security;

public sealed class KeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_node_is_the_same_after_every_start()
    {
        NodeId first, second;
        using (var identity = NodeIdentity.Load(_directory["state"]))
            first = identity.Id;
        using (var identity = NodeIdentity.Load(_directory["state"]))
            second = identity.Id;
        Assert.Equal(first, second);
        Assert.Equal(first, CruxNode.FindIdentity(_directory["state"]));
    }

    [Fact]
    public void The_key_is_for_its_owner_alone_and_nothing_lies_beside_it()
    {
        using var identity = NodeIdentity.Load(_directory["state"]);
        Assert.Equal([KeyPath], Directory.GetFiles(_directory["state"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyPath));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["state"]));
    }

    [Fact]
    public void A_start_that_died_while_it_wrote_the_key_leaves_no_half_key()
    {
        Directory.CreateDirectory(_directory["state"]);
        File.WriteAllText(KeyPath + ".abc.tmp", "-----BEGIN PRIVATE KEY-----\nMIGH");
        using var identity = NodeIdentity.Load(_directory["state"]);
        Assert.Equal(identity.Id, CruxNode.FindIdentity(_directory["state"]));
    }

    [Fact]
    public void A_key_that_was_cut_anywhere_is_refused_and_left_as_it_is()
    {
        NodeIdentity.Load(_directory["state"]).Dispose();
        var whole = File.ReadAllText(KeyPath);
        for (var length = 0; length < whole.TrimEnd().Length; length += 7)
        {
            var cut = whole[..length];
            File.WriteAllText(KeyPath, cut);
            var refused = Assert.Throws<NodeStartException>(() => NodeIdentity.Load(_directory["state"]));
            Assert.Contains("is damaged", refused.Message, StringComparison.Ordinal);
            Assert.Equal(cut, File.ReadAllText(KeyPath));
        }
    }

    [Fact]
    public void A_public_key_in_its_place_is_damage()
    {
        using var key = global::System.Security.Cryptography.ECDsa.Create(global::System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Directory.CreateDirectory(_directory["state"]);
        File.WriteAllText(KeyPath, key.ExportSubjectPublicKeyInfoPem());
        Assert.Throws<NodeStartException>(() => NodeIdentity.Load(_directory["state"]));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        NodeIdentity.Load(_directory["state"]).Dispose();
        File.SetUnixFileMode(KeyPath, OwnerOnly | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<NodeStartException>(() => NodeIdentity.Load(_directory["state"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_directory_that_cannot_be_is_an_error_that_names_the_flag()
    {
        _directory.Write("file", "");
        Assert.Contains("--state", Assert.Throws<NodeStartException>(() => NodeIdentity.Load(_directory["file"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replacing_a_file_changes_it_whole_and_keeps_it_private()
    {
        var path = _directory.Write("record", "old", OwnerOnly | UnixFileMode.OtherRead);
        DurableFile.Replace(path, "new"u8);
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
    }

    [Fact]
    public void An_operator_key_comes_back_from_its_file()
    {
        using var made = OperatorKey.Create();
        made.Write(_directory["mill.operator"]);
        using var read = OperatorKey.Read(_directory["mill.operator"]);
        Assert.Equal(made.PublicKey, read.PublicKey);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["mill.operator"]));
        _directory.Write("not.operator", "hello");
        Assert.Throws<FormatException>(() => OperatorKey.Read(_directory["not.operator"]));
    }

    public void Dispose() => _directory.Dispose();

    private string KeyPath => Path.Combine(_directory["state"], NodeKeyStore.FileName);
}
