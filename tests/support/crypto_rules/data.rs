//! Values for the rules, in hexadecimal. Those of RFCs are named after them. The others were computed with Python's
//! integers and `cryptography` (OpenSSL), without the libraries under test.

use relying_party::Algorithm;

/// Signatures of the message `sample` by one key, with each hash function: r and s.
pub(crate) struct EcdsaAnswers {
    pub(crate) curve: i64,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) sha256: (&'static str, &'static str),
    pub(crate) sha384: (&'static str, &'static str),
    pub(crate) sha512: (&'static str, &'static str),
}

/// RFC 6979 A.2.5 to A.2.7. For secp256k1, with the same secret as for P-256.
pub(crate) const ECDSA_ANSWERS: [EcdsaAnswers; 4] = [
    EcdsaAnswers {
        curve: 1,
        x: "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
        y: "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
        sha256: (
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        ),
        sha384: (
            "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719",
            "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954",
        ),
        sha512: (
            "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
            "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe",
        ),
    },
    EcdsaAnswers {
        curve: 2,
        x: "\
            ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064\
            a254515480bc13",
        y: "\
            8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe73\
            44fd2533264720",
        sha256: (
            "\
                21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355\
                d92fa2b3c36d8fb2cd",
            "\
                f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac4\
                2ec0cb8668a4fa0ab0",
        ),
        sha384: (
            "\
                94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44ac\
                f96e36dd1e80fabe46",
            "\
                99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e67\
                9e7b82c71a38628ac8",
        ),
        sha512: (
            "\
                ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc90005\
                6d7c99cd7882433709",
            "\
                512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446de\
                fceb01a45c2667fdd5",
        ),
    },
    EcdsaAnswers {
        curve: 3,
        x: "\
            01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d\
            5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4",
        y: "\
            00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a8\
            28008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
        sha256: (
            "\
                01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1\
                e57648f23b73564d67f61c6f14d527d54972810421e7d87589e1a7",
            "\
                004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1b\
                c06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc",
        ),
        sha384: (
            "\
                01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52b\
                e9730627d16054ba40cc0b8d3ff035b12ae75168397f5d50c67451",
            "\
                01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85dc3\
                94a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61",
        ),
        sha512: (
            "\
                00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017\
                b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa",
            "\
                00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b\
                5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
        ),
    },
    EcdsaAnswers {
        curve: 8,
        x: "2c8c31fc9f990c6b55e3865a184a4ce50e09481f2eaeb3e60ec1cea13a6ae645",
        y: "64b95e4fdb6948c0386e189b006a29f686769b011704275e4459822dc3328085",
        sha256: (
            "432310e32cb80eb6503a26ce83cc165c783b870845fb8aad6d970889fcd7a6c8",
            "530128b6b81c548874a6305d93ed071ca6e05074d85863d4056ce89b02bfab69",
        ),
        sha384: (
            "16217648fc2ab9e82f4bc6304d6f7ae0e3c5728f75786ba13f258cf02d971d44",
            "899372870c08982344e4392ed218220e0b01e96f18425a2a4f2f74b0f6f57abc",
        ),
        sha512: (
            "12af6086a07a3347920ddb0c997918077fa90ec44ad7939e051d9c76f010b0ef",
            "00559f7289748a2c6ebe6501f2bef64e5ce94ff89c90b0db22f5e3e01f88cc04",
        ),
    },
];

/// A curve's prime and order, and a point with a small x, encoded with the prime added.
pub(crate) struct Curve {
    pub(crate) number: i64,
    pub(crate) prime: &'static str,
    pub(crate) order: &'static str,
    pub(crate) x_not_reduced: &'static str,
    pub(crate) y: &'static str,
}

pub(crate) const CURVES: [Curve; 4] = [
    Curve {
        number: 1,
        prime: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        x_not_reduced: "ffffffff00000001000000000000000000000001000000000000000000000004",
        y: "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
    },
    Curve {
        number: 2,
        prime: "\
            fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000\
            000000ffffffff",
        order: "\
            ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aec\
            ec196accc52973",
        x_not_reduced: "\
            fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000\
            00000100000001",
        y: "\
            8cdeadbbd04911a3c1931e26df3fa6439dca9c7eb286fbd46fc319f0e2bb780232baf57825fc0c1912\
            ada2fefe84024c",
    },
    Curve {
        number: 3,
        prime: "\
            01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
            ffffffffffffffffffffffffffffffffffffffffffffffffff",
        order: "\
            01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f96\
            6b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        x_not_reduced: "\
            0200000000000000000000000000000000000000000000000000000000000000000000000000000000\
            00000000000000000000000000000000000000000000000000",
        y: "\
            0010e59be93c4f269c0269c79e2afd65d6aeaa9b701eacc194fb3ee03df47849bf550ec636ebee0ddd\
            4a16f1cd9406605af38f584567770e3f272d688c832e843564",
    },
    Curve {
        number: 8,
        prime: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        order: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        x_not_reduced: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
        y: "4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee",
    },
];

/// Edge cases of EdDSA on one curve. The secret scalars a and r are random, B is the base point, and the message is
/// `message`.
pub(crate) struct Eddsa {
    pub(crate) curve: i64,
    /// Key, message and signature of RFC 8032.
    pub(crate) known: [&'static str; 3],
    /// L, little-endian, as long as S.
    pub(crate) order: &'static str,
    /// A = aB.
    pub(crate) key: &'static str,
    /// R = rB and S = r + ka: valid.
    pub(crate) signature: [&'static str; 2],
    /// Points of low order, and R of low order with the matching S = ka, in every encoding.
    pub(crate) low_order: &'static [[&'static str; 2]],
    /// R = rB and S = r: valid for the neutral element as the key.
    pub(crate) neutral_key_signature: [&'static str; 2],
    /// Points with y ≥ p that are otherwise of full order, or that have an extra bit.
    pub(crate) not_canonical: &'static [&'static str],
    /// A y without a point.
    pub(crate) off_curve: &'static str,
    /// Key, R and S that satisfy the equation, but the key or R has an unused bit set.
    pub(crate) unused_bit: &'static [[&'static str; 3]],
}

pub(crate) const EDDSA: [Eddsa; 2] = [
    Eddsa {
        curve: 6,
        known: [
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "\
                6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f2\
                90ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
        order: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
        key: "88aa55e6afeed8960a3191de78600347db8acd0a3795412f275f049b86260488",
        signature: [
            "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
            "23c822b0f383432ad88b0e06f370e31ff76f3e50f6b449dde978456f3dd9d90a",
        ],
        low_order: &[
            [
                "0100000000000000000000000000000000000000000000000000000000000000",
                "87f1d12171bb12c02106c515abb90f12268b29ee55d0a204656082655b809d07",
            ],
            [
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "b5878135e83038cf8bc542d78b4745c4614251bec712ba02e2579231db6c320e",
            ],
            [
                "0000000000000000000000000000000000000000000000000000000000000080",
                "e72570f8ddf00fe49d28667e2d6d7daf2b2e9d06a253c53fbf362436479f8d09",
            ],
            [
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "4ebe449fc5956efd721e710371f72407a3f2339907b8ae7dafec493068839906",
            ],
            [
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "2b4a4d85606938ca96bacf86578c9cf76757f67f3db41399fe64ade64ddaa90f",
            ],
            [
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "cf7e36997a65c3bd8a1d85a747fb7c20c454bb3d128838844365163b412fbd07",
            ],
            [
                "0000000000000000000000000000000000000000000000000000000000000000",
                "da1af5dc1f2fa8b22cddfe5b6d5cc9711a2b0a9782c633c32d2b935fead4b601",
            ],
            [
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "63a5309ca05e285e4ac2d17d694ec59de22fe2d09406bc4273b57f2609818b0d",
            ],
            [
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "287acbe7a2e2bbeac78490a6d938693a1ae4a13e965e826d526acfaf79f4ab0a",
            ],
            [
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "366432cf6034e1dd329deaf8aad5efa390a4247aecd0e97d90fd301fc9037502",
            ],
            [
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "982ffc27f9bf7cb9c72a0257662608861e7bcd38b9888772921f68067862e606",
            ],
            [
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "ace78649e1c4854ee7ff9fc1aa66167abf63f5ca4ab299d1290dafc05222be06",
            ],
            [
                "0100000000000000000000000000000000000000000000000000000000000080",
                "9ef41d42bab3b7320ff93010c70abba1428f0a379d9c664e25cb348efa6db30a",
            ],
            [
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "273ca239f689b0b73d888add9bf2a30d483fe93ab90126530741cab583f7a708",
            ],
        ],
        neutral_key_signature: [
            "3e54c441927f9f0ee5e13e34f0b0404c5043651a8f4b7ef087a1c42262a85d0a",
            "2e77a7db3b2f65a47efd3cf9bbe5f05486e88756c8cc06c7691f6d5679727502",
        ],
        not_canonical: &[
            "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f2ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ],
        off_curve: "0200000000000000000000000000000000000000000000000000000000000000",
        unused_bit: &[],
    },
    Eddsa {
        curve: 7,
        known: [
            "\
                43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb007428\
                02b8438ea4cb82169c235160627b4c3a9480",
            "03",
            "\
                26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981\
                b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf15\
                4336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00",
        ],
        order: "\
            f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffffffffffffffffffffff\
            ffffffffffffffffffffffffffff3f00",
        key: "\
            5a5f236b5d519d93568883417f29321655bde69d1c517443ff595b1690c6b1ba0790f41bf258724894\
            c684c07ee3161689a377af25aa138580",
        signature: [
            "\
                caff2119c1ac14bf636d22e091e35d7a34e970677f8f509df708709ba66ea3c57add4d3f057f15\
                e9b07812f494a17b9a8673cca77cc9734100",
            "\
                252228b004cdab344588608ec4cded34c49dd7f0fc61d10dec8de55d0624a76c506a56827bca47\
                ff410bdff6e41088ca2b0a6a31da6ea81700",
        ],
        low_order: &[
            [
                "\
                    01000000000000000000000000000000000000000000000000000000000000000000000000\
                    0000000000000000000000000000000000000000",
                "\
                    e46fe0264eb6579268cce6e64cdcf28e3cbf1de2fe5f00827f36ca6eadfa771c6a7eb60a66\
                    705b698b5749e46f2fa39584b929399d7f541800",
            ],
            [
                "\
                    fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff00",
                "\
                    ab2cc32bbbde4d976821963c5637a1d1d3b9128b6315a2570f011cd355da16c3069a74b018\
                    aeefbc2fa37f739ba054f29006f03a7703ea2700",
            ],
            [
                "\
                    00000000000000000000000000000000000000000000000000000000000000000000000000\
                    0000000000000000000000000000000000000080",
                "\
                    a3bf95f4433dd93ec40f90cf23e0187e0c46b0e4f2f2dfb6c478a0ff05761465302c936ad8\
                    97e2753e60a6f72d70a82dc262cef9d5f9d31700",
            ],
            [
                "\
                    00000000000000000000000000000000000000000000000000000000000000000000000000\
                    0000000000000000000000000000000000000000",
                "\
                    1b7dba3f2657f0a27f7d151074468ff83baed629e7b0e0bf383a07bf14f648a871280a1814\
                    ed9645d76eeb1ff2cc1551513a0f1a7bbc421000",
            ],
            [
                "\
                    fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff00",
                "\
                    101daa02c2f4739d1e816467b480abd9f4b1dbcbbeef41961283840c76a5185f493b3f94d1\
                    cebf2086cbd1a428bba9a8c97d8651540c883c00",
            ],
            [
                "\
                    fffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff80",
                "\
                    22d043344c5482d06ed11fdbd5e8f224783f1e9ac257d6e9fbfa22ea145e511841bf6f87c6\
                    673b6cedce57d70bad04ab2d88a0ab7fc7071f00",
            ],
            [
                "\
                    00000000000000000000000000000000000000000000000000000000ffffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff00",
                "\
                    e50130c3278cc7c448dc84b9b9e0d46c2b8494cbe9ae31a3d846c59e71a4fd5b6d9eb74e08\
                    66068ff5e88d368d22c50e00e18372e1a6c81400",
            ],
            [
                "\
                    00000000000000000000000000000000000000000000000000000000ffffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff80",
                "\
                    45e6243ec9fcb1028eddf6b9ab36465bdd83c8cae4372d232344650870acf31c062b301531\
                    ad50e54ce66f7262a9bf6684204dc5aaa0182900",
            ],
            [
                "\
                    01000000000000000000000000000000000000000000000000000000000000000000000000\
                    0000000000000000000000000000000000000080",
                "\
                    74c0ff613e6bf1ecc6afd428b9167667194de1d534d626d2425eff428b9ee51f1697ce97c2\
                    f1b5ed76211cfd03ad926219306873adec083200",
            ],
            [
                "\
                    fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffff\
                    ffffffffffffffffffffffffffffffffffffff80",
                "\
                    60eb5d73a6b9e02b953d24bfbdeff2ede72715c81e2bfc7b9d2ab2d863b2e04eda61b8726c\
                    8e51d6d817167c0e582526a6c4d18e70f1ea0700",
            ],
        ],
        neutral_key_signature: [
            "\
                caff2119c1ac14bf636d22e091e35d7a34e970677f8f509df708709ba66ea3c57add4d3f057f15\
                e9b07812f494a17b9a8673cca77cc9734100",
            "\
                baef2f3776817feae0205bc3115da8dd1a8b4a896c6ddd5487dcbfdf60935e2e8ab7deea442ea8\
                a70396067ff5b70e0ae8eab3935b617b0e00",
        ],
        not_canonical: &[
            "\
                12000000000000000000000000000000000000000000000000000000ffffffffffffffffffffff\
                ffffffffffffffffffffffffffffffffff00",
            "\
                5a5f236b5d519d93568883417f29321655bde69d1c517443ff595b1690c6b1ba0790f41bf25872\
                4894c684c07ee3161689a377af25aa138581",
        ],
        off_curve: "\
            0200000000000000000000000000000000000000000000000000000000000000000000000000000000\
            00000000000000000000000000000000",
        unused_bit: &[
            [
                "\
                    5a5f236b5d519d93568883417f29321655bde69d1c517443ff595b1690c6b1ba0790f41bf2\
                    58724894c684c07ee3161689a377af25aa138580",
                "\
                    caff2119c1ac14bf636d22e091e35d7a34e970677f8f509df708709ba66ea3c57add4d3f05\
                    7f15e9b07812f494a17b9a8673cca77cc9734101",
                "\
                    be91f0c784af157da5bdd866c3d94e5f8212c07888ca7df80fe1bc2d0f9c24569a536d7cc6\
                    3d4fa67b4a67ad8403cbe89cf207b5e824693e00",
            ],
            [
                "\
                    5a5f236b5d519d93568883417f29321655bde69d1c517443ff595b1690c6b1ba0790f41bf2\
                    58724894c684c07ee3161689a377af25aa138581",
                "\
                    caff2119c1ac14bf636d22e091e35d7a34e970677f8f509df708709ba66ea3c57add4d3f05\
                    7f15e9b07812f494a17b9a8673cca77cc9734100",
                "\
                    7dd5a8f1942ff9a3bb181e9ef974bd0267ca3237e8c0dba0c5fa43c9aa2948013dfd84e26f\
                    406e30d747802a2358673ceb965d929557211800",
            ],
        ],
    },
];

/// The primes of an RSA key of 2048 bits, whose exponent is 65537.
pub(crate) const RSA_PRIMES: [&str; 2] = [
    "\
        edd868e1624e767910192ce26404a40b7edb18bfa642ed01b5d73396d6846e687e0d55122088c353afcf27\
        6e7ba8e3187eef66c8f552fd24f78c9fb286ceeb45c5d6025888652748c6c2acdca106d25baa5c646998f3\
        b4bcb0ce624cefe4ee54939e3e0a3a1ad12252ee1db683de6322d306cbad63d98ae626a4001c822b7a0d",
    "\
        da77c249eaefa7933f0282128b65dfad2df4c35265714d5992ff79223968bddf038a1b90305361123f8e3f\
        526db55d260c2d2d97b6da47ded93529ad659d8e49092856b0dad730f2a0bb550f0c9eacd2dc9ab6e8c804\
        710bfccddc38d98170230dc747ef3b538baec633839b3ed8ef4314e6ea0757a2c28857687b8a999a6aff",
];

/// The modulus of that key.
pub(crate) const RSA_MODULUS: &str = "\
    caf98d6b5af2b0b990a3c916a09ee86e3ab6472f3f7ef5cfbc1468144b79243d3b053e6941a8806d4a3c31c3a4\
    6996e92c1008a6b15af5f512ab9363167f70f5009326cafd6de3f3bf9fa73e00318568dc20c8bbfca43c421215\
    4105d180b9c1e331814f00620eeac4962c1346b325d1d0e29ba12719a1403a0ed1e7cc9a09b832cc0ce5c5fd51\
    13d15125bdf50bae95682af3a0b00b320e69968f0454918f61ad56b67a893b93ec7ef1f485cb8735a63f940eea\
    4371836a038e6a51e09a0661c72d0f25ef7c027a57e57d0afdfe3d7fdfc1e7310d784af7e153c3bda962b51abe\
    5080cf62fc070946c4974aaacca609b2a3ad5dc1d804ee8fb63e66daa9f4f3";

/// Signatures of the message `sample` by that key.
pub(crate) const RSA_ANSWERS: [(Algorithm, &str); 6] = [
    (
        Algorithm::RS256,
        "\
            2e6d46d2d8d91de2a01643c1e70da8dd7343e10c0282a64d7b4dd9be5b124862cf723d22528aa976ab\
            a16a11ca732274fb0e5345fed8a6e4f0c9d359bec75db1d93f5ddc2f57063c80bc4c3397c068a577bb\
            74fd26f53942ea6ab775dd2022a5aa10713ce44f752468777d43b09b98c042d0d5eee90fcb65b979f3\
            33aa4bb029355650392ac2105870023c93cdce8e02d1aacbd743671e39842cce7844274726d995548f\
            40c766403cfaf04f6254c18db9f75d0133f881644e84bbe4fcefc747d11552b62dcf3f70495128fe34\
            0f96d86534c0dbc967824496ed490fab8e4d0b6bfb045862e62bea95f45c76e0d28ffde2bf0774946a\
            d56e6998ffb2165cf000",
    ),
    (
        Algorithm::RS384,
        "\
            af77e60cadbb373dec97d82e11331c46fefcd1794a37cc5622015c8880f9a013f9760353164f3610e4\
            804c6f32d0550640cc887e4997de2d500cdb8f170aeffe1d785df7284d051fd6e04c644f4442dc26f7\
            426f52eaa83b90b67632d8c8712cecd79a4d0d67f9f494730f6358c489923940570c5e9c6b2fe2c77e\
            6091267f0012bc96f656bfcfc6b1b3b182a88dc44d0ff5cf07dec238c85044ed780ab98229bc7fb62f\
            87376f76f98294713d943e547d0db9421971fa8e8188f74be3838bf2694c26f7f535d6d9f03cd32252\
            9a03df992a26a7a46781a7631576aed9fbb9d37b3253d8df742ec8bde22d8fc47ffd19cc100c6805c8\
            c5dd3e93413d029ddf65",
    ),
    (
        Algorithm::RS512,
        "\
            b23fd173d492b97d3bdeed37a35bdd16eb432016fe7006000e822588fbf41624b47a971cdef3708d79\
            1ac0bb9babec3b0d44cead4cdbc993589e1bff32bd1ef4ffc28775e5d190046989a1e691762c52cf88\
            76261940457e4285ef229fb5dae64c5b41cdfb0471f7b1825df10a6342cb89b72aa7965b83b64be730\
            7d18ad4b2ed7669fc235f299aa6bf0ecabe50030e40267faa13c0590bba498e0188632f6b470e6f74c\
            9b7debd0c701916e34aba6eec0929b967a6625728619b428aee9bcfd72b25c41f6844aae5b0cab0b3d\
            0ba57fd1b0547579e60602af01c7b2afa89c93fc25f85ad6eeb8d133cfec3eb0f5fccda737564e505e\
            28b9b388afbeace9a4cb",
    ),
    (
        Algorithm::PS256,
        "\
            22d7bd4bad1413552c3d4a8a42d419d3e806371db1c46fa725d5d505b85c360f85d71347af3fea69dc\
            3c23eacdca81201a56ab63373b10389b87804dd39bb488860637b0c57c3f1674a40b9e5a4e61c2c1a0\
            dce0b9e0286855c0d90151440ec82219f9280426c9c07ac4c7be122522adc8556e0385db35fa741dca\
            ef2ca7b2bd0e3699760634f79095d14a2226e28bfa655b3d1afb81d04367b9ffab2a95d9fddd8bc022\
            8003a77289ffa8ca6436baf71495765918568c8dcd8e0ca8d1617679b1643d71148e9ab503e3172f63\
            85fe2c64b1d13abcd02d653e19a35bdcf73c828c240a57057698732bf17d4a9c96bbd8d63282e189a3\
            43cf299ab113abde2dc1",
    ),
    (
        Algorithm::PS384,
        "\
            828da683fb18d1598b6672729bf5b7a774b19924d68968a1ec593b26c98f439f28ef916024866123cc\
            b52c1727af0188368b7587b170fc38d77b9a2699c900abdcc967d7eb2409f508f9bf7f95538fd527ef\
            8a3a61dbbc97a1074b977f4906a68f33ca25319fe69145335a870b4f6830a6e958d3ed34f80015857e\
            5ef6c62517210c4c9f6d18685b2cb40a58794ce55618ce7343c3581d60e528b53aae80fb191d8de25e\
            457ad57155de9251de8b2320e531bea4faff493c441775e05b3b59017568efcce3136e716bcf2cfc9d\
            930e961d3b8298fdcdf463a58903d3a588a75b5e6bddb09dc5990dc1cc0a986abbe479dfc3bb1d3ae3\
            cfc5d8cb188beb7dc844",
    ),
    (
        Algorithm::PS512,
        "\
            07b48520b952610bc5a4c0d2e5b8fb5d4f7537df5eb2f2664b5430bfe2e9b9c103e4f58673d29e7372\
            e2533eb51bc65bd33f4b3e5fc76f061d7dea49a38181a72f588c6554b4f45f4f1081157e1bce216c05\
            00e8d562b63587c8215a4f4f626d2bd3c2a9162cb7188f22d05128c042da7c4597dcecad0b0eab551d\
            02d3ce3027d8a1ef2715c3764bd326930f5735f2a0942b54f7936c28ddddc24889e37f1f058cb6f06f\
            4265391bbe86c46b666d41630fdca0a3f268d6f1c715234b21b60ee354072ddf0dae64e59b4d7c5034\
            1c66e6dfa80333f575f60eca39d978d4e93172f43a92ad4a1a0b9f9b75cff42ce215936c5604fc9d30\
            f8cf7f5c363fd9ed0d5c",
    ),
];

/// Its signature with SHA-1.
#[cfg(feature = "attestation")]
pub(crate) const RS1_ANSWER: &str = "\
    0c873ccb0268cf3988b71733898517f2ae9893ac74730c1618f6b0272c3e9851ae0208bab5d1c3fd7e7b0fbec6\
    a6945659328168ef02fd3ac528a1b83ebb47d15039ae52318ed021ce217272d3c90abdb672400dd91fad18e698\
    bbd25eca7b79a1bbd1781b0fa11b027e8242d0711cc9a0ff04fb5a18285307cfc51b92f3d00028dbe35cadb70e\
    661e56194393c39c997e0500573ab689d83e4be7196c46812c7ec4816e0ae31af47750b45f1c24154cbc54c7a2\
    a63f222cab65085f04e429e471da90a68ecc30f35707b6c4fda109381ef4b3ce6ef2cceb0db916502fc7579f5a\
    9abe6e5ff6f1636b719a5dcb85c06cf1fe3e1f3aa38b00379250ff060154f9";
